#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve on a real API server: gangs bound whole or not at all, reasons with numbers, restarts,
# reloads, bad input, probes and metrics, leader election.
# cluster: --nodes 4
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

need_cluster serve --nodes 4
cluster_dir=${MUSTER_CLUSTER_DIR:-build/cluster}
muster=${MUSTER_BINARY:-build/release/muster}
expect_soon "the daemon is ready" 20 says '^ok: leads, synced' ready
kubectl create namespace team-adhoc >/dev/null

# --- whole or not at all ---
pods alone 3 500m | kubectl create --filename - >/dev/null
expect_soon "single pods are bound" 10 is_bound alone 3
create_gang whole 10 10 4
expect_soon "a gang of 10 is bound whole" 10 is_bound whole 10
expect "its pods carry the stamps of their bind" grep -q '"default"' <<<"$(kubectl get pod whole-0 \
  --output jsonpath='{.metadata.annotations}')"
expect_soon "the queue's use is a metric in cores" 5 metric_is 'muster_queue_used{queue="default",resource="cpu"}' 41.5
create_gang never 20 20 4
expect_soon "a gang larger than the cluster is told so" 10 condition_says never-0 'empty cluster|allows'
pods small 1 500m | kubectl create --filename - >/dev/null
expect_soon "and blocks nobody" 10 is_bound small 1
create_gang late 8 8 4
expect_soon "a gang with room for half of it is told what is short, with numbers" 10 \
  condition_says late-0 'gang needs 32 cpu'
expect_equal "and none of it is bound" 0 "$(bound late)"
expect_equal "its condition has the reason that makes autoscalers buy nodes" Unschedulable "$(condition late-7 reason)"
expect_soon "an event says it, too" 5 event_says 'Pod/late-[0-9]' 'CapacityShort.*gang needs 32 cpu'
expect_soon "a metric counts it by reason" 5 metric_is \
  'muster_queue_waiting_gangs{queue="default",reason="CapacityShort"}' 1
pods beside 1 500m '"muster.dev/queue":"adhoc"' | kubectl create --namespace team-adhoc --filename - >/dev/null
expect_soon "another queue's pod, which fits beside it, is bound" 10 is_bound beside 1 team-adhoc
remove_work beside team-adhoc
remove_work never
remove_work whole
expect_soon "with room freed the waiting gang is bound whole" 15 is_bound late 8
create_gang part 2 3 1
expect_soon "a gang whose members do not all exist is told how many miss" 10 condition_says part-0 '2 of 3 members'
expect_equal "a reason that no node would cure does not call for nodes" GangIncomplete "$(condition part-0 reason)"
pods extra 1 1 '"muster.dev/gang":"part"' '"muster.dev/gang-min":"3"' | kubectl create --filename - >/dev/null
expect_soon "the last member completes it" 10 is_bound part 2
remove_work late && remove_work part && remove_work extra && remove_work alone && remove_work small

# --- bad input ---
pods odd 1 1 '"muster.dev/gang":"odd"' '"muster.dev/gang-min":"many"' | kubectl create --filename - >/dev/null
pods thin 1 1 | sed 's/64Mi/512m/' | kubectl create --filename - >/dev/null 2>&1
pods fine 2 1 | kubectl create --filename - >/dev/null
expect_soon "a malformed annotation is named on its pod" 10 condition_says odd-0 'muster.dev/gang-min.*many'
expect_soon "with an event" 5 event_says Pod/odd-0 'ConfigError.*muster.dev/gang-min'
expect_soon "an amount that cannot be meant is named on its pod" 10 condition_says thin-0 'memory.*512m'
expect_soon "and others are not delayed" 10 is_bound fine 2
remove_work odd && remove_work thin && remove_work fine

# --- kill -9 in the middle of a gang ---
binds() { metric 'muster_binds_total{outcome="accepted"}'; }
before=$(binds)
create_gang big 400 400 100m &
creating=$!
until [ "$(binds)" -gt $((before + 20)) ]; do :; done
./dev cluster muster kill >/dev/null
wait "$creating"
at_kill=$(bound big)
./dev cluster muster start >/dev/null
expect_soon "after kill -9 (with $at_kill of 400 bound) and a restart the gang is complete" 10 is_bound big 400
expect_soon "use is what it was" 5 metric_is 'muster_queue_used{queue="default",resource="cpu"}' 40
expect_soon "no gang is half-bound" 5 metric_is muster_half_bound_gangs 0
remove_work big

# --- hot reload ---
kubectl get configmap muster-config --namespace muster-system --output jsonpath='{.data.muster\.yaml}' >"$scratch/original.yaml"
printf 'queues:\n- name: default\n- name: nightly\n  max: {cpu: 2}\n' >"$scratch/good.yaml"
expect "muster check accepts the config" "$muster" check "$scratch/good.yaml"
config_file "$scratch/good.yaml" "a changed config is in force"
create_gang night 4 4 1 default '"muster.dev/queue":"nightly"'
expect_soon "its max is kept, and said" 10 condition_says night-0 'queue nightly'
expect_equal "a wait for quota does not call for nodes" NeverFits "$(condition night-0 reason)"
remove_work night
create_gang night 2 2 1 default '"muster.dev/queue":"nightly"'
expect_soon "work inside the max is bound" 10 is_bound night 2
printf 'queues:\n- name: default\n- name: nightly\n  max: {cpu: -2}\n' >"$scratch/bad.yaml"
expect_refusal "muster check refuses the bad one by line" 'bad.yaml:4:' "$muster" check "$scratch/bad.yaml"
put_config "$scratch/bad.yaml"
expect_soon "a bad config is counted" 10 metric_is muster_config_rejections_total 1
expect_soon "an event on the ConfigMap says what is wrong" 10 event_says ConfigMap/muster-config 'max' muster-system
pods after 1 1 '"muster.dev/queue":"nightly"' | kubectl create --filename - >/dev/null
expect_soon "the last good config stays in force" 10 condition_says after-0 'queue nightly'
expect_soon "and the daemon ready" 5 says '^ok: leads' ready
remove_work night && remove_work after
put_config "$scratch/original.yaml"
expect_soon "the first config is in force again" 10 metric_is 'muster_queue_guaranteed{queue="etl",resource="cpu"}' 16

# --- probes and metrics ---
expect "liveness answers" curl -sf "$MUSTER_HTTP/livez"
expect "health answers" curl -sf "$MUSTER_HTTP/healthz"
curl -sf "$MUSTER_HTTP/metrics" >"$scratch/metrics"
for name in muster_queue_oldest_wait_seconds muster_queue_used muster_queue_held muster_queue_guaranteed \
  muster_queue_max muster_queue_share muster_gang_wait_seconds_bucket muster_binds_total \
  muster_half_bound_gangs muster_config_rejections_total muster_config_generation \
  muster_cycle_seconds_bucket muster_leader muster_build_info; do
  expect "$name is exported" grep -Eq "^$name[{ ]" "$scratch/metrics"
done
expect_equal "no label names a gang or a pod" "" "$(grep -E '(big|whole|late)(-[0-9]+)?"' "$scratch/metrics" || true)"

# --- two instances ---
start_second() {
  "$muster" serve --kubeconfig "$cluster_dir/muster.kubeconfig" --configmap muster-system/muster-config \
    --listen "127.0.0.1:$port" --page-listen 127.0.0.1:0 2>"$scratch/second.log" &
  child=$!
}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start_second
expect_soon "a second instance stands by, and says who leads" 10 says '^ok: stands by, .* leads' ready "http://127.0.0.1:$port"
expect_equal "the first one leads" 1 "$(metric muster_leader)"
expect_equal "the second does not" 0 "$(metric muster_leader "http://127.0.0.1:$port")"
started=$(date +%s%N)
./dev cluster muster stop >/dev/null
took=$((($(date +%s%N) - started) / 1000000))
expect "SIGTERM ends the daemon within 2 s (it took $took ms)" test "$took" -lt 2000
expect_soon "the second leads at once, since the lease was released" 8 says '^ok: leads, synced' ready "http://127.0.0.1:$port"
create_gang heir 5 5 1
expect_soon "and binds" 10 is_bound heir 5
./dev cluster muster start >/dev/null
expect_soon "the first, started again, stands by" 10 says '^ok: stands by' ready
kill -KILL "$child" && wait "$child" 2>/dev/null || true
expect_soon "after kill -9 of the leader the other leads when the lease has run out" 30 says '^ok: leads, synced' ready
create_gang last 5 5 1
expect_soon "and binds" 10 is_bound last 5

# --- exit codes ---
./dev cluster muster stop >/dev/null
start_second
expect_soon "an instance alone leads" 10 says '^ok: leads, synced' ready "http://127.0.0.1:$port"
kill -TERM "$child"
wait "$child" && code=0 || code=$?
child=
expect_equal "a clean stop has exit code 0" 0 "$code"
expect_equal "every line of its log is a JSON object" "" "$(python3 -c '
import json, sys
for line in open(sys.argv[1]):
    try: assert {"time", "level", "message"} <= json.loads(line).keys()
    except Exception: print(line, end="")' "$scratch/second.log")"
expect_refusal "a mistyped command is guessed" 'did you mean serve' "$muster" serv
expect_refusal "a mistyped flag, too" 'did you mean --configmap' "$muster" serve --confgmap a/b
expect_refusal "a kubeconfig that is not there is named, with code 1 or 2" 'no-such-file' \
  "$muster" serve --kubeconfig no-such-file
all_hold
