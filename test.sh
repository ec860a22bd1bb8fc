#!/usr/bin/env bash
# Builds everything and runs the tests. --all adds the slow ones. Needs nothing but the .NET 10 SDK.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$root"
all=0
for word in "$@"; do
  case $word in
    --all) all=1 ;;
    *) echo "usage: ./test.sh [--all]" >&2; exit 2 ;;
  esac
done
command -v dotnet > /dev/null || { echo "the tests need the .NET 10 SDK: see https://dot.net" >&2; exit 3; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MKL_CBWR=AVX2,STRICT OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE DOTNET_TieredPGO=0
began=$(date +%s)
say() { printf '%5d s  %s\n' "$(( $(date +%s) - began ))" "$*"; }

say "building"
log=$(mktemp) && trap 'rm -f "$log"' EXIT
if ! dotnet build R2ec.Distributed.sln -c Release -v quiet -nologo --tl:off -p:UseSharedCompilation=false -nodeReuse:false > "$log" 2>&1 < /dev/null; then
  cat "$log"
  echo "0 passed, 1 failed (the build)"
  exit 1
fi
say "built"

passed=0 failed=0 skipped=0
filter=()
[ $all = 1 ] || filter=(-trait- Category=Slow -trait- Category=Gpu -trait- Category=Cluster)
for project in tests/*.Tests; do
  name=$(basename "$project")
  "$project/bin/Release/net10.0/$name" -noColor "${filter[@]}" > "$log" 2>&1 < /dev/null
  code=$?
  counts=$(grep -aE '  Total: [0-9]+, Errors: ' "$log" | tail -1)
  number() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<< "$counts"; }
  if [ -n "$counts" ]; then
    f=$(($(number Failed) + $(number Errors))) s=$(number Skipped)
    p=$(($(number Total) - f - s - $(number "Not Run")))
  else
    p=0 f=1 s=0
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  say "$name: $p passed, $f failed, $s skipped"
  if [ "$f" -gt 0 ] || [ $code -ne 0 ]; then
    [ "$f" -gt 0 ] || failed=$((failed + 1))
    # What failed first: a log may be longer than anyone reads.
    grep -aE -A 15 '\[FAIL\]|^ +Fatal|Unhandled exception' "$log" | head -200
    grep -avE '^ *$' "$log" | tail -40
  fi
done
say "done, $skipped skipped (each says what it lacks)"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
