#!/usr/bin/env bash
# A campaign of faults against a real cluster on this machine: nodes killed, frozen and cut off, links one-way or bad, disks full, checkpoints torn, the database
# restarted, nodes replaced in turn, while a run trains. It ends with 0 if the run's weights are those of one undisturbed process and the audit is clean.
# As root, where the kernel has network namespaces, each node gets one of its own; without them what needs them is left out and said.
#   ./chaos.sh [--faults N] [--seed S] [--steps N] [--only KIND[,KIND...]] [--weights HASH] [--keep]
# --weights: the undisturbed process's weights, where an earlier campaign of as many steps on this machine has told them.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$root"
faults=6 seed=1 steps=0 only="" keep=0 weights=""
while [ $# -gt 0 ]; do
  case $1 in
    --faults) faults=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --steps) steps=$2; shift 2 ;;
    --only) only=${2//,/ }; shift 2 ;;
    --weights) weights=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) echo "usage: ./chaos.sh [--faults N] [--seed S] [--steps N] [--only KIND[,KIND...]] [--weights HASH] [--keep]" >&2; exit 2 ;;
  esac
done
[ "$steps" -gt 0 ] || steps=$((faults * 14 + 40))
place=$(mktemp -d) && chmod 755 "$place"
cluster=$place/cluster
RANDOM=$seed
declare -A tried seen took
kinds=(kill-rollout freeze-learner kill-coordinator kill-reward database kill-learner freeze-rollout freeze-coordinator torn-checkpoint restart-rollout restored-database)
namespaces=""
if [ "$(id -u)" = 0 ] && command -v ip > /dev/null && ip netns add r2ec-probe 2> /dev/null; then
  ip netns del r2ec-probe
  namespaces=--network-namespaces
  kinds+=(cut-rollout mute-learner cut-coordinator slow-learner mute-rollout full-disk-learner cut-learner mute-coordinator lossy-rollout full-disk-rollout rolling-restart)
fi
[ -z "$only" ] || read -ra kinds <<< "$only"

r2ec() { ./r2ec "$@" < /dev/null; }
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
end() {
  for mount in "$cluster"/nodes/*/home; do mountpoint -q "$mount" && mounted+=("$mount"); done
  r2ec cluster down --dir "$cluster" > /dev/null 2>&1
  for mount in "${mounted[@]:-}"; do [ -z "$mount" ] || umount "$mount"; done
  [ $keep = 1 ] && say "kept: $place" || rm -rf "$place"
  exit "$1"
}
field() { grep -oE "\"$1\":(\"[^\"]*\"|-?[0-9.]+)" | head -1 | sed -E "s/^\"$1\"://; s/\"//g"; }
show() { r2ec show chaos --cluster "$cluster" --json 2> /dev/null; }
step() { local s; s=$(show | field step); echo "${s:-0}"; }
state() { show | field state; }
events() { r2ec faults chaos --cluster "$cluster" --json 2> /dev/null | grep -oE '"at":' | wc -l; }
nodes() { tr -d '\n' < "$cluster/cluster.json" | grep -oE '\{[^{}]*"name"[^{}]*\}' | sed -E 's/.*"name": *"([^"]+)".*"pid": *([0-9]+).*/\1 \2/' | grep "^$1-"; }
# A node of a role; of the coordinators the oldest process, which is the one that works.
pick() {
  local found
  mapfile -t found < <(nodes "$1")
  [ ${#found[@]} -gt 0 ] || return 1
  if [ "$1" = coordinator ]; then
    for line in "${found[@]}"; do echo "$(cut -d' ' -f22 "/proc/${line#* }/stat" 2> /dev/null) $line"; done | sort -n | head -1 | cut -d' ' -f2-
  else
    echo "${found[$((RANDOM % ${#found[@]}))]}"
  fi
}
space() { ip netns list | grep -oE "^[^ ]*-$1( |$)" | head -1 | tr -d ' '; }
peers() { tr -d '\n' < "$cluster/cluster.json" | grep -oE '"remoting": *"[^":]+' | sed -E 's/.*"//' | sort -u; }

# What is done to a node's link, for the seconds given. One way: what it sends goes to a hardware address that nobody has; what is sent to it arrives.
cut_off() { ip -n "$(space "$1")" link set eth0 down; sleep "$2"; ip -n "$(space "$1")" link set eth0 up; }
mute() {
  local at address
  at=$(space "$1")
  for address in $(peers) "$(peers | head -1 | sed -E 's/[0-9]+$/1/')"; do ip -n "$at" neigh replace "$address" lladdr 02:00:00:00:00:99 dev eth0 nud permanent 2> /dev/null; done
  sleep "$2"
  ip -n "$at" neigh flush dev eth0 nud permanent
}
shape() { local at; at=$(space "$1"); tc -n "$at" qdisc add dev eth0 root tbf rate "$3" burst "$4" "${@:5}"; sleep "$2"; tc -n "$at" qdisc del dev eth0 root; }
fill() { local at=$cluster/nodes/$1/home; head -c 10G /dev/zero > "$at/filler" 2> /dev/null; sleep "$2"; rm -f "$at/filler"; }
# A node's own small disk: drained, its folder moved, taken back.
small_disk() {
  local name pid home=$cluster/nodes/$1/home
  read -r name pid < <(nodes "${1%-*}" | grep "^$1 ")
  kill -TERM "$pid" && until ! nodes "${1%-*}" | grep -q "^$1 "; do sleep 1; done
  mv "$home" "$home.old" && mkdir "$home" && mount -t tmpfs -o size=192m,mode=755 r2ec "$home" && cp -a "$home.old/." "$home/" && rm -rf "$home.old"
  r2ec cluster readmit "$1" --dir "$cluster" > /dev/null 2>&1
}

# The database as it was some steps and one epoch ago, as docs/operations.md tells it.
restore() {
  local url backup=$place/backup bin at pid name
  url=$(cat "$cluster/postgres/database.url") bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1) at=$(step)
  "$bin/pg_dump" -Fc -f "$backup" -d "$url" || return 1
  read -r name pid < <(pick learner) && kill -KILL "$pid"
  until [ "$(step)" -ge $((at + 3)) ]; do sleep 1; done
  nodes coordinator | while read -r name pid; do kill -TERM "$pid"; done
  until ! nodes coordinator | grep -q .; do sleep 1; done
  "$bin/pg_restore" --clean --if-exists -d "$url" "$backup" || return 1
  for name in "$cluster"/nodes/coordinator-*; do r2ec cluster readmit "${name##*/}" --dir "$cluster" > /dev/null 2>&1 & done
  wait
  r2ec cluster restart --rolling --dir "$cluster" > "$place/rolling.log" 2>&1 || tail -3 "$place/rolling.log"
  until [ "$(state)" = Running ]; do sleep 1; done
  before=$(step) was=0
}

strike() {
  local kind=$1 name="" pid="" file what=${1%-*} span=$((6 + RANDOM % 20))
  case $kind in
    database)
      pid=$(head -1 "$cluster"/postgres/data/postmaster.pid) && kill -INT "$pid"; struck=postgres; return ;;
    rolling-restart)
      r2ec cluster restart --rolling --dir "$cluster" > "$place/rolling.log" 2>&1 || tail -3 "$place/rolling.log"; struck="every node"; return ;;
    restored-database) struck=postgres; restore; return ;;
    torn-checkpoint) read -r name pid < <(pick learner) || return 1 ;;
    full-disk-*) name=${kind##*-}-0 ;;
    *) read -r name pid < <(pick "${kind#*-}") || return 1 ;;
  esac
  struck=$name
  case $what in
    kill) kill -KILL "$pid" ;;
    freeze) kill -STOP "$pid" && sleep "$span" && kill -CONT "$pid" ;;
    restart) kill -TERM "$pid"; sleep 8; r2ec cluster readmit "$name" --dir "$cluster" > /dev/null 2>&1 ;;   # drained by a signal: its supervisor leaves it until it is readmitted
    cut) cut_off "$name" "$span" ;;
    mute) mute "$name" "$span" ;;
    slow) shape "$name" "$span" 400kbit 16kb latency 400ms ;;
    lossy) shape "$name" "$span" 4mbit 4kb limit 6000 ;;
    full-disk) fill "$name" "$span" ;;
    torn)
      file=$(ls -t "$cluster/nodes/$name"/home/runs/chaos/checkpoints/*/policy.safetensors 2> /dev/null | head -1)
      [ -n "$file" ] && truncate -s -64 "$file"
      kill -KILL "$pid" ;;
  esac
}

settings=(--set "recpo.steps=$steps" --set evaluation.every=1000)
if [ -z "$weights" ]; then
  say "one undisturbed process, $steps steps"
  r2ec train cluster-config/experiments/quickstart.yaml --runs "$place/alone" --name alone "${settings[@]}" > /dev/null 2> "$place/alone.log" || { tail -5 "$place/alone.log"; end 1; }
  weights=$(r2ec runs show alone --runs "$place/alone" --json | field weights)
  say "weights $weights"
fi
r2ec cluster up --dir "$cluster" --coordinators 3 --rollout 2 --reward 1 --learner 2 $namespaces || end 1
[ -n "$namespaces" ] || say "without network namespaces: no partitions, no bad links, no full disks"
case " ${kinds[*]} " in *" full-disk"*) small_disk rollout-0; small_disk learner-0 ;; esac
r2ec submit cluster-config/experiments/quickstart.yaml --name chaos "${settings[@]}" --cluster "$cluster" > /dev/null || end 1
until [ "$(step)" -ge 2 ]; do sleep 2; done

# A fault may reach the journal after the run has gone on: it is looked for when the next one is about to begin.
done_count=0 last=""
look() {
  known=$(events)
  [ -z "$last" ] || [ "$known" -le "$was" ] || { seen[$last]=$((${seen[$last]:-0} + 1)); done_count=$((done_count + 1)); }
}
for ((n = 0; n < faults; n++)); do
  kind=${kinds[$(((n + seed - 1) % ${#kinds[@]}))]}
  look
  before=$(step) was=$known last="" struck=""
  [ "$before" -lt "$steps" ] || { say "the run ended before fault $((n + 1)): give it more --steps"; break; }
  tried[$kind]=$((${tried[$kind]:-0} + 1))
  strike "$kind" || { say "no node for $kind"; continue; }
  began=$SECONDS
  until now=$(step); [ "$now" -ge $((before + 2)) ] || [ "$now" -ge "$steps" ]; do
    [ $((SECONDS - began)) -lt 300 ] || { say "$kind ($struck): nothing goes on after 300 s"; r2ec why chaos --cluster "$cluster"; end 1; }
    [ "$(state)" != Paused ] || { say "paused after $kind: $(show | field reason)"; r2ec resume chaos --cluster "$cluster" > /dev/null; }
    sleep 1
  done
  took[$kind]+="$((SECONDS - began)) "
  last=$kind
  say "$((n + 1)). $kind $struck at step $before: step $now after $((SECONDS - began)) s, faults in the journal $was -> $(events)"
done

began=$SECONDS
until [ "$(state)" = Completed ]; do
  [ $((SECONDS - began)) -lt 3600 ] || { say "the run does not end"; end 1; }
  sleep 2
done
look
ended=$(show | field weights)
audit=$(r2ec audit chaos --cluster "$cluster" --json)
for kind in "${!tried[@]}"; do
  say "$kind: ${tried[$kind]} tried, ${seen[$kind]:-0} seen in the journal; two steps more after ${took[$kind]:-}s"
done
# What the journal says of each fault that it has: seconds from the last sign of life to its detection, from there to the lease of another, and until what was lost is made good.
r2ec faults chaos --cluster "$cluster" --json | tr -d '\n' | tr '{' '\n' | grep '"role"' | while read -r fault; do
  for what in detect release catch_up; do
    seconds=$(echo "$fault" | grep -oE "\"${what}_seconds\": ?[0-9.]+" | grep -oE '[0-9.]+$') && echo "$(echo "$fault" | sed -E 's/.*"role": ?"([^"]*)".*/\1/') $what $seconds"
  done
done | sort -k1,1 -k2,2 -k3,3n | awk '
  function tell() { if (n) printf "%s: %s %d times, %.1f s in the median, %.1f s at most\n", role, what, n, v[int((n + 1) / 2)], v[n] }
  $1 != role || $2 != what { tell(); n = 0; role = $1; what = $2 } { v[++n] = $3 } END { tell() }' |
  while read -r line; do say "$line"; done
# Useful time: as if every step had taken the median; against the time from the first step's end to the last one's.
r2ec fetch chaos --out "$place/fetched" --cluster "$cluster" > /dev/null 2>&1
grep '"phase":"train"' "$place/fetched/metrics.jsonl" | grep -oE '"at":"[^"]*"' | cut -d'"' -f4 | date -f - +%s.%3N |
  awk 'NR > 1 { d[NR - 1] = $1 - last } { last = $1 } END { n = median(d, NR - 1); printf "%.0f %% of the time was useful: %d steps of %.2f s in the median, in %.0f s\n", 100 * n * (NR - 1) / total, NR - 1, n, total }
    function median(a, n,  i, j, t) { for (i = 1; i <= n; i++) total += a[i]; for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t } return a[int((n + 1) / 2)] }' |
  while read -r line; do say "$line"; done
say "audit: $audit"
say "weights $ended"
r2ec audit chaos --cluster "$cluster" > /dev/null && [ "$ended" = "$weights" ] || { say "FAILED"; end 1; }
say "$done_count faults seen in the journal; same weights as one undisturbed process"
end 0
