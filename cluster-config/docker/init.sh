#!/bin/sh
# Makes the CA, the API's tokens and the database's password into the volumes, once: what is there already stays.
set -eu
ca=/etc/r2ec/ca
secrets=/etc/r2ec/secrets
umask 077

[ -f "$ca/ca.pem" ] || r2ec certs ca --out /etc/r2ec/ca

secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
keep() {                                             # the file appears whole, with what comes from stdin
  if [ -s "$1" ]; then cat > /dev/null; else cat > "$1.new" && mv "$1.new" "$1"; fi
}
secret | keep "$secrets/read.token"
secret | keep "$secrets/write.token"
secret | keep "$secrets/database.password"
printf 'postgresql://r2ec:%s@postgres:5432/r2ec' "$(cat "$secrets/database.password")" | keep "$secrets/database.url"
