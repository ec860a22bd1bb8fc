#!/bin/sh
# Gives a node's container a certificate of its own, under the name by which the others dial it, then becomes the program.
set -eu
if [ "${1:-}" = node ]; then
  r2ec certs node --ca /etc/r2ec/ca --name "$HOSTNAME" --address "$HOSTNAME" --address localhost --address 127.0.0.1 --out /etc/r2ec/tls --force
fi
exec r2ec "$@"
