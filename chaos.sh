#!/usr/bin/env bash
# A campaign of faults against a real cluster on this machine: nodes killed and frozen, the database restarted, checkpoints torn, nodes restarted in turn,
# while a run trains. It ends with 0 if the run's weights are those of one undisturbed process and the audit is clean.
#   ./chaos.sh [--faults N] [--seed S] [--steps N] [--keep]
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$root"
faults=6 seed=1 steps=0 keep=0
while [ $# -gt 0 ]; do
  case $1 in
    --faults) faults=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --steps) steps=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) echo "usage: ./chaos.sh [--faults N] [--seed S] [--steps N] [--keep]" >&2; exit 2 ;;
  esac
done
[ "$steps" -gt 0 ] || steps=$((faults * 12 + 40))
place=$(mktemp -d) && chmod 755 "$place"
cluster=$place/cluster
RANDOM=$seed
declare -A tried seen
kinds=(kill-rollout freeze-rollout kill-learner kill-coordinator kill-reward freeze-coordinator database freeze-learner torn-checkpoint restart-rollout)

r2ec() { ./r2ec "$@" < /dev/null; }
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
end() {
  r2ec cluster down --dir "$cluster" > /dev/null 2>&1
  [ $keep = 1 ] && say "kept: $place" || rm -rf "$place"
  exit "$1"
}
field() { grep -oE "\"$1\":(\"[^\"]*\"|-?[0-9.]+)" | head -1 | sed -E "s/^\"$1\"://; s/\"//g"; }
show() { r2ec show chaos --cluster "$cluster" --json 2> /dev/null; }
step() { local s; s=$(show | field step); echo "${s:-0}"; }
events() { r2ec faults chaos --cluster "$cluster" --json 2> /dev/null | grep -oE '"at":' | wc -l; }
nodes() { tr -d '\n' < "$cluster/cluster.json" | grep -oE '\{[^{}]*"name"[^{}]*\}' | sed -E 's/.*"name": *"([^"]+)".*"pid": *([0-9]+).*/\1 \2/' | grep "^$1-"; }
pick() { local found; mapfile -t found < <(nodes "$1"); [ ${#found[@]} -gt 0 ] && echo "${found[$((RANDOM % ${#found[@]}))]}"; }

strike() {
  local kind=$1 name="" pid="" file
  case $kind in
    kill-* | freeze-* | restart-*)
      read -r name pid < <(pick "${kind#*-}") || return 1
      case $kind in
        kill-*) kill -KILL "$pid" ;;
        restart-*) kill -TERM "$pid" ;;                # drained by a signal, not by the API: its supervisor leaves it until it is readmitted
        freeze-*) kill -STOP "$pid" && sleep $((6 + RANDOM % 20)) && kill -CONT "$pid" ;;
      esac
      [ "${kind%%-*}" != restart ] || { sleep 8; r2ec cluster readmit "$name" --dir "$cluster" > /dev/null 2>&1; } ;;
    database)
      pid=$(head -1 "$cluster"/postgres/data/postmaster.pid) && kill -INT "$pid"; name=postgres ;;
    torn-checkpoint)
      read -r name pid < <(pick learner) || return 1
      file=$(ls -t "$cluster/nodes/$name"/work/runs/chaos/checkpoints/*/policy.safetensors 2> /dev/null | head -1)
      [ -n "$file" ] && truncate -s -64 "$file"
      kill -KILL "$pid" ;;
  esac
  struck=$name
}

say "one undisturbed process, $steps steps"
settings=(--set "recpo.steps=$steps" --set evaluation.every=1000)
r2ec train cluster-config/experiments/quickstart.yaml --runs "$place/alone" --name alone "${settings[@]}" > /dev/null 2> "$place/alone.log" || { tail -5 "$place/alone.log"; end 1; }
weights=$(r2ec runs show alone --runs "$place/alone" --json | field weights)
say "weights $weights"
r2ec cluster up --dir "$cluster" --coordinators 3 --rollout 2 --reward 1 --learner 2 || end 1
r2ec submit cluster-config/experiments/quickstart.yaml --name chaos "${settings[@]}" --cluster "$cluster" > /dev/null || end 1
until [ "$(step)" -ge 2 ]; do sleep 2; done

done_count=0
for ((n = 0; n < faults; n++)); do
  kind=${kinds[$(((n + seed) % ${#kinds[@]}))]}
  before=$(step) known=$(events) struck=""
  [ "$before" -lt "$steps" ] || { say "the run ended before fault $((n + 1)): give it more --steps"; break; }
  tried[$kind]=$((${tried[$kind]:-0} + 1))
  strike "$kind" || { say "no node for $kind"; continue; }
  began=$SECONDS
  until now=$(step); [ "$now" -ge $((before + 2)) ] || [ "$now" -ge "$steps" ]; do
    [ $((SECONDS - began)) -lt 300 ] || { say "$kind ($struck): nothing goes on after 300 s"; r2ec why chaos --cluster "$cluster"; end 1; }
    sleep 1
  done
  after=$(events)
  [ "$after" -gt "$known" ] && seen[$kind]=$((${seen[$kind]:-0} + 1)) && done_count=$((done_count + 1))
  say "$((n + 1)). $kind $struck at step $before: step $now after $((SECONDS - began)) s, faults in the journal $known -> $after"
done

began=$SECONDS
until [ "$(show | field state)" = Completed ]; do
  [ $((SECONDS - began)) -lt 3600 ] || { say "the run does not end"; end 1; }
  sleep 2
done
ended=$(show | field weights)
audit=$(r2ec audit chaos --cluster "$cluster" --json)
for kind in "${kinds[@]}"; do
  [ -z "${tried[$kind]:-}" ] || say "$kind: ${tried[$kind]} tried, ${seen[$kind]:-0} seen in the journal"
done
say "audit: $audit"
say "weights $ended"
r2ec audit chaos --cluster "$cluster" > /dev/null && [ "$ended" = "$weights" ] || { say "FAILED"; end 1; }
say "$done_count faults seen in the journal; same weights as one undisturbed process"
end 0
