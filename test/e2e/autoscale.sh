#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `autoscale: driver` on a real API server: a driver whose executors lack nodes begins after a while,
# its executors say what makes node autoscalers buy, and a job that its quota stops says no such thing.
# cluster: --nodes 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash
source test/cluster/nodes.bash

need_cluster autoscale --nodes 1
# driver NAME QUEUE EXECUTORS: of 1 cpu each, as spark-submit makes it: with the conf that tells of
# its executors.
driver() {
  printf 'spark.%s\n' kubernetes.scheduler.name=muster "executor.instances=$3" executor.cores=1 \
    executor.memory=1g >"$scratch/spark.properties"
  kubectl create configmap "$1-conf" --from-file "$scratch/spark.properties" >/dev/null
  pods "$1" 1 1 "\"spark-role\":\"driver\",\"spark-app-selector\":\"$1\",\"muster.dev/queue\":\"$2\"" |
    sed "s/\"spec\":{/&\"volumes\":[{\"name\":\"spark-conf-volume-driver\",\"configMap\":{\"name\":\"$1-conf\"}}],/" |
    kubectl create --filename - >/dev/null
}
# executors NAME COUNT: that the driver makes once it runs.
executors() {
  pods "$1-exec" "$2" 1 "\"spark-role\":\"executor\",\"spark-app-selector\":\"$1\"" |
    kubectl create --filename - >/dev/null
}
# buy NODE: 16 cpu more.
buy() {
  node_json "$1" zone-0 | kubectl create --filename - >/dev/null
  kubectl patch node "$1" --type merge --patch '{"spec":{"taints":null}}' >/dev/null
}

expect_soon "the daemon is ready" 20 says '^ok: leads, synced' ready
config 'queues:
- {name: etl, autoscale: driver, scaleAfter: 4s, reclaimable: false}
- {name: capped, autoscale: driver, scaleAfter: 1s, max: {cpu: 2}}
- {name: plain}'
pods full 1 13 '"muster.dev/queue":"etl"' | kubectl create --filename - >/dev/null
expect_soon "most of the only node is in use" 15 is_bound full 1

driver plain plain 4
expect_soon "where no nodes are bought a driver waits for its executors' room" 10 condition_says plain-0 'gang needs'
driver capped capped 4
expect_soon "so does one whose quota is too low" 10 condition_says capped-0 'max of queue capped'
driver job etl 4
expect_soon "and for a while one for which nodes are bought" 10 condition_says job-0 'gang needs'
expect_equal "which is told as a lack of nodes" Unschedulable "$(condition job-0 reason)"
expect_soon "it begins when it has lacked them for long enough" 20 is_bound job 1
expect_soon "and says how many wait for nodes" 10 event_says Pod/job-0 'starts: 1 member bound, room for 2 more held, 2 wait for nodes'
executors job 4
expect_soon "its executors take the room there is" 15 is_bound job-exec 2
waiting() { kubectl get pods --selector work=job-exec --field-selector spec.nodeName= --output name | wc -l; }
expect_equal "two of them lack a node" 2 "$(waiting)"
unschedulable() {
  [ "$(kubectl get pods --selector work=job-exec --output \
    jsonpath='{range .items[*]}{.status.conditions[?(@.type=="PodScheduled")].reason}{"\n"}{end}' | grep -c Unschedulable)" -eq "$1" ]
}
expect_soon "and say what node autoscalers look for" 15 unschedulable 2
expect_equal "nobody else began" "0 0" "$(bound plain) $(bound capped)"
./dev cluster muster kill >/dev/null && ./dev cluster muster start >/dev/null
expect_soon "after kill -9 and a restart, too" 20 says '^ok: leads, synced' ready
driver later plain 1
buy bought
expect_soon "a node that comes is theirs first" 20 is_bound job-exec 4
expect_soon "and then the others'" 20 is_bound later 1
expect_soon "all of them" 20 is_bound plain 1
expect_equal "but of him whom his quota stops" 0 "$(bound capped)"
expect_equal "for whom no node is asked" NeverFits "$(condition capped-0 reason)"
all_hold
