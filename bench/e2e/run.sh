#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/e2e/run.sh [ROUND...]: rounds bind-only, 500x20, 1x10000 and idle on a real control plane, a
# fresh one for each; all of them without arguments. Each line of JSON goes to build/bench/e2e.jsonl,
# the ratios to the terminal.
# bench/e2e/run.sh record [TURNS [ROUND]]: the same round with and without --record in turns.
# bench/e2e/run.sh backlog [TURNS [ROUND]]: the same round alone, beside 10,000 pods that wait for a
# scheduler that is not there, and beside 10,000 gangs that cannot start.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export MUSTER_CLUSTER_DIR=${MUSTER_CLUSTER_DIR:-$PWD/build/bench/cluster}
export MUSTER_BINARY=${MUSTER_BINARY:-$PWD/build/release/muster}
for part in test/setup/*.bash test/cluster/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done
out=$PWD/build/bench
tool=$out/bench-e2e
nodes=1000
connections=32 # of the bind-only client: as many as Muster has binds in flight

# The control plane, and nothing else that would write: pods are bound and stay as they are.
bring_up() {
  cluster_start --nodes 0 --no-muster >"$out/cluster.log" 2>&1 || { cat "$out/cluster.log" >&2 && return 1; }
  load_cluster
  process_stop kwok 1
  process_stop kube-controller-manager 1
  export PATH=$programs:$PATH
  as_admin create configmap muster-config --namespace muster-system --from-file "muster.yaml=bench/e2e/queues.yaml" \
    --dry-run=client --output yaml | as_admin apply --filename - >/dev/null
  "$tool" nodes --kubeconfig "$cluster_dir/admin.kubeconfig" --count "$nodes"
}

take_down() {
  [ -z "${client:-}" ] || kill "$client" 2>/dev/null || true
  client=
  cluster_stop >/dev/null
}

# measure WHO GANGS SIZE PID
measure() {
  "$tool" round --kubeconfig "$cluster_dir/admin.kubeconfig" --who "$1" --gangs "$2" --size "$3" \
    --pids "$1=$4,apiserver=$(process_pid kube-apiserver),etcd=$(process_pid etcd)" | tee -a "$out/e2e.jsonl"
}

# bind_only GANGS SIZE: with the rights of Muster; a gang of all is bound when all of it is there.
bind_only() {
  local wait_for=0
  [ "$1" -gt 1 ] || wait_for=$2
  bring_up
  "$tool" bind-only --kubeconfig "$cluster_dir/muster.kubeconfig" --connections "$connections" \
    --nodes "$nodes" --wait-for "$wait_for" >"$out/bind-only.log" 2>&1 &
  client=$!
  until grep -q ready "$out/bind-only.log"; do
    kill -0 "$client" 2>/dev/null || { cat "$out/bind-only.log" >&2 && return 1; }
    sleep 0.05
  done
  measure bind-only "$1" "$2" "$client"
  take_down
}

# recorded GANGS SIZE
recorded() {
  rm -rf "$out/trace"
  bring_up
  MUSTER_SERVE_FLAGS="--record $out/trace" start_muster
  measure muster-recording "$1" "$2" "$(process_pid muster)"
  take_down
}

# crowded GANGS SIZE: there are as many pods as gangs in a backlog, of a scheduler that is not there.
crowded() {
  bring_up
  start_muster
  "$tool" backlog --kubeconfig "$cluster_dir/admin.kubeconfig"
  sleep 30
  measure muster-crowd "$1" "$2" "$(process_pid muster)"
  take_down
}

# backlogged GANGS SIZE [idle]: another queue has 10,000 gangs, of which its max lets one start.
backlogged() {
  bring_up
  start_muster
  "$tool" backlog --kubeconfig "$cluster_dir/admin.kubeconfig" --http "http://127.0.0.1:$port_muster/metrics"
  sleep 30 # all of them are told why
  [ "${3:-}" != idle ] || "$tool" idle --beside backlog --pid "$(process_pid muster)" | tee -a "$out/e2e.jsonl"
  measure muster-backlog "$1" "$2" "$(process_pid muster)"
  take_down
}

muster() {
  bring_up
  start_muster
  measure muster "$1" "$2" "$(process_pid muster)"
  [ "${3:-}" != idle ] || "$tool" idle --pid "$(process_pid muster)" | tee -a "$out/e2e.jsonl"
  take_down
}

# in_turns TURNS ROUND OTHER...: the round of muster and the other ones; what idles does so once.
in_turns() {
  local turn other idle=idle
  for ((turn = 0; turn < $1; turn++)); do
    muster "${2%x*}" "${2#*x}"
    for other in "${@:3}"; do
      "$other" "${2%x*}" "${2#*x}" "$idle"
    done
    idle=
  done
  "$tool" summary <"$out/e2e.jsonl"
}

need_packages "a cluster" "${packages_for_a_cluster[@]}" && need_cluster_binaries && need_go
mkdir -p "$out"
(cd bench/e2e && go build -o "$tool" .)
[ -x "$MUSTER_BINARY" ] || build
trap take_down EXIT
: >"$out/e2e.jsonl"
case "${1:-}" in
  record) in_turns "${2:-5}" "${3:-500x20}" recorded; exit ;;
  backlog) in_turns "${2:-3}" "${3:-500x20}" crowded backlogged; exit ;;
esac
rounds=("$@")
[ $# -gt 0 ] || rounds=(500x20 1x10000)
for round in "${rounds[@]}"; do
  if ! [[ $round =~ ^([0-9]+)x([0-9]+)$ ]]; then
    echo "bench/e2e: expected GANGSxSIZE, not '$round'" >&2
    exit 2
  fi
  bind_only "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  idle=
  [ "$round" != "${rounds[-1]}" ] || idle=idle
  [[ $round =~ ^([0-9]+)x([0-9]+)$ ]]
  [ -n "${BENCH_LIMIT_ONLY:-}" ] ||   muster "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$idle"
done
"$tool" summary <"$out/e2e.jsonl"
