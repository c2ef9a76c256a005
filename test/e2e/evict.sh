#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reclaim on a real API server: a gang is evicted whole through the eviction API, its room waits for
# the claimant, across kill -9 too, and a PodDisruptionBudget protects whom it covers.
# cluster: --nodes 4
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

need_cluster evict --nodes 4
expect_soon "the daemon is ready" 20 says '^ok: leads, synced' ready
config $'queues:\n- name: etl\n  guaranteed: {cpu: 32}\n- name: adhoc' "two queues are in force"

# work NAME QUEUE COUNT [FINALIZERS]: a gang of COUNT times 4 cpu, of which 16 fill the cluster.
work() {
  pods "$1" "$3" 4 "\"muster.dev/gang\":\"$1\",\"muster.dev/queue\":\"$2\"" "\"muster.dev/gang-min\":\"$3\"" |
    sed "s#\"metadata\":{#&${4:+\"finalizers\":[\"$4\"],}#g; s/GracePeriodSeconds\":0/GracePeriodSeconds\":30/g" |
    kubectl create --filename - >/dev/null
}
# pod_states NAME FIELD: one line a pod of that work.
pod_states() { kubectl get pods --selector "work=$1" --output jsonpath="{range .items[*]}{$2}{\"\\n\"}{end}"; }
are() { [ "$(pod_states "$1" "$2" | grep -cE -- "$3")" -eq "$4" ] || { pod_states "$1" "$2" && return 1; }; }
let_go() {
  local pod
  for pod in $(kubectl get pods --selector "work=$1" --output name); do
    kubectl patch "$pod" --type merge --patch '{"metadata":{"finalizers":null}}' >/dev/null
  done
}
state() { kubectl get configmap muster-state --namespace muster-system --output jsonpath='{.data.state\.json}'; }
gone() { [ "$(bound "$1")" -eq 0 ] || { echo "left: $(bound "$1")" && return 1; }; }
disruption=".status.conditions[?(@.type=='DisruptionTarget')]"

# --- a gang is evicted whole, and its room is kept ---
work older adhoc 8
expect_soon "a gang that borrows runs" 15 is_bound older 8
sleep 2  # What an eviction loses is counted in whole seconds: the newer one is to lose less.
work newer adhoc 8 test.example/hold
expect_soon "and a second one, which fills the cluster" 15 is_bound newer 8
expect_soon "all of it" 15 are newer .status.phase Running 8
work owed etl 8
expect_soon "for a queue that is owed room one of them is evicted whole" 15 \
  are newer .metadata.deletionTimestamp T 8
expect "and the other is let be" are older .metadata.deletionTimestamp T 0
expect_soon "its pods say that they were preempted, and for whom" 10 \
  are newer "$disruption.reason} {$disruption.message" 'PreemptionByScheduler muster: for gang default/owed of queue etl' 8
expect_soon "an event on the victim says why" 5 event_says 'Pod/newer-[0-9]' \
  'Evicted: gang default/newer is evicted for gang default/owed of queue etl: it is entitled to more'
expect_soon "and one on the claimant" 5 event_says 'Pod/owed-[0-9]' 'WaitingForVictims: victims: 1 gang, 8 pods'
expect_equal "a metric counts it" 1 "$(metric 'muster_evictions_total{cause="reclaim",queue="adhoc"}')"
expect_soon "the claim is shown" 5 metric_is muster_claims 1
expect "and on record" says '"opener":"[0-9a-f-]{36}"' state

# --- the claim outlives the daemon ---
./dev cluster muster kill >/dev/null
work thief adhoc 8
./dev cluster muster start >/dev/null
expect_soon "after kill -9 and a restart the claim stands" 15 metric_is muster_claims 1
expect_equal "nobody is evicted a second time" 8 "$(bound older)"
let_go newer
expect_soon "the victims are gone" 15 gone newer
expect_soon "the claimant has their room, whole" 15 is_bound owed 8
expect_equal "and who came meanwhile has not" 0 "$(bound thief)"
expect_soon "no claim is left" 10 metric_is muster_claims 0
remove_work thief && remove_work owed && remove_work older
for name in thief owed older; do expect_soon "$name is gone" 15 gone "$name"; done

# --- an eviction that was cut in the middle is ended ---
work other adhoc 8
work cut adhoc 8
for name in other cut; do expect_soon "a gang that borrows runs" 15 are "$name" .status.phase Running 8; done
rooms=$(pod_states cut .spec.nodeName | sort | uniq -c | awk '{printf "%s[0,\"%s\",%d]", (NR > 1 ? "," : ""), $2, $1}')
uids=$(pod_states cut .metadata.uid | awk '{printf "%s\"%s\"", (NR > 1 ? "," : ""), $0}')
./dev cluster muster kill >/dev/null
work heir etl 8
heir=$(kubectl get pod heir-0 --output jsonpath='{.metadata.uid}')
# What the daemon would have left when killed after three of eight evictions.
cat >"$scratch/state.json" <<STATE
{"version":"v1","claims":[{"opener":"$heir","until":"$(date --utc --date '2 minutes' +%FT%TZ)","rooms":[$rooms],
 "victims":[{"whole":true,"pods":[$uids]}]}],"runTimes":[],"pastUse":[],"evictions":[]}
STATE
kubectl create configmap muster-state --namespace muster-system --from-file "$scratch/state.json" \
  --dry-run=client --output yaml | kubectl replace --filename - >/dev/null
for index in 0 1 2; do kubectl delete pod "cut-$index" --grace-period 0 --force --wait=false >/dev/null 2>&1; done
expect_soon "a daemon dies when three of eight are gone" 10 is_bound cut 5
./dev cluster muster start >/dev/null
expect_soon "the next one evicts the rest" 20 gone cut
expect_soon "and whom the room is for has it" 15 is_bound heir 8
expect_equal "nobody else is evicted for it" 8 "$(bound other)"
remove_work heir && remove_work other
for name in heir other; do expect_soon "$name is gone" 15 gone "$name"; done

# --- a budget protects whom it covers ---
for name in kept keptb; do
  kubectl create poddisruptionbudget "whole-$name" --selector "work=$name" --min-available 8 >/dev/null
  work "$name" adhoc 8
  expect_soon "a gang under a PodDisruptionBudget is bound" 15 is_bound "$name" 8
  expect_soon "and runs" 15 are "$name" .status.phase Running 8
done
work refused etl 8
expect_soon "its eviction is refused, and the budget named" 15 event_says 'Pod/kept[b]?-[0-9]+ Warning' \
  'EvictionRefused: it stays: .*429.*disruption budget whole-kept'
expect_soon "the refusal is counted" 5 metric_above muster_evictions_refused_total 0
for name in kept keptb; do
  expect "no pod of $name was evicted" are "$name" .metadata.deletionTimestamp T 0
  expect "nor marked" are "$name" "$disruption.status" True 0
done
expect_equal "and the claimant waits" 0 "$(bound refused)"

# --- a budget over a part of a gang protects all of it ---
# budget NAME MIN_AVAILABLE ALLOWED: over the last 4 pods of the gang NAME.
budget() {
  kubectl label pods "$1"-{4,5,6,7} "part=$1" >/dev/null
  kubectl create poddisruptionbudget "part-$1" --selector "part=$1" --min-available "$2" >/dev/null
  expect_soon "a budget covers a part of gang $1" 15 says "^4 $3\$" kubectl get poddisruptionbudget "part-$1" \
    --output jsonpath='{.status.expectedPods} {.status.disruptionsAllowed}'
}
remove_work refused && remove_work keptb
for name in refused keptb; do expect_soon "$name is gone" 15 gone "$name"; done
work partly adhoc 8
expect_soon "a gang is bound" 15 is_bound partly 8
expect_soon "and runs" 15 are partly .status.phase Running 8
budget partly 3 1
work spared etl 8
expect_soon "its eviction is refused by its budget's numbers" 15 event_says 'Pod/partly-[0-9] Warning' \
  'EvictionRefused: it stays: disruption budget default/part-partly allows 1 of 4 pods to go'
expect "nothing of it was evicted" are partly .metadata.deletionTimestamp T 0
expect "nor marked" are partly "$disruption.status" True 0
expect_equal "and the claimant waits" 0 "$(bound spared)"
remove_work spared && remove_work kept
for name in spared kept; do expect_soon "$name is gone" 15 gone "$name"; done
work loose adhoc 8 test.example/hold
expect_soon "a gang is bound" 15 is_bound loose 8
expect_soon "and runs" 15 are loose .status.phase Running 8
budget loose 0 4
work owed etl 8
expect_soon "a gang whose budget allows its part is evicted whole" 15 are loose .metadata.deletionTimestamp T 8
expect "and the other is let be" are partly .metadata.deletionTimestamp T 0
let_go loose
expect_soon "the claimant has its room" 15 is_bound owed 8
all_hold
