#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The node agent keeps what a kubelet promises and the Spark tests rely on: true exit codes, refusal
# of pods that do not fit, grace, volumes and credentials in pods, and nothing left behind.
# cluster: none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for part in test/setup/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done
source test/e2e/lib/expect.bash

folder=$PWD/build/e2e/agent
state=$folder/state
export MUSTER_CLUSTER_DIR=${MUSTER_CLUSTER_DIR:-$folder/cluster}
agent_pid=

finish() {
  [ -z "$agent_pid" ] || kill -KILL "$agent_pid" 2>/dev/null || true
  ./dev cluster stop >/dev/null
}

start_agent() {
  "$folder/agent" --state "$state" --node name=one,cpu=2,memory=1Gi,pods=5 \
    --node name=two,cpu=1,memory=1Gi,label=pool=x,taint=team=a:NoSchedule >"$folder/agent.log" 2>&1 &
  agent_pid=$!
  expect_soon "the agent starts" 20 grep -q ready "$folder/agent.log"
}

# pod NAME NODE CPU SCRIPT: bound to the node already, as if a scheduler had done it.
pod() {
  kubectl create --filename - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, labels: {app: $1}}
spec:
  nodeName: $2
  restartPolicy: Never
  terminationGracePeriodSeconds: 5
  tolerations: [{operator: Exists}]
  containers:
  - name: main
    image: host
    command:
    - bash
    - -c
    - |
$(sed 's/^/      /' <<<"$4")
    env:
    - name: ADDRESS
      valueFrom: {fieldRef: {fieldPath: status.podIP}}
    resources: {requests: {cpu: "$3", memory: 64Mi}}
    volumeMounts: [{name: conf, mountPath: /var/run/conf}]
  volumes:
  - name: conf
    configMap: {name: ${5:-kube-root-ca.crt}}
YAML
}

field() { kubectl get pod "$1" -o jsonpath="{$2}"; }
is() { local seen; seen=$(field "$1" "$2") && echo "$seen" && [ "$seen" = "$3" ]; }
exit_code() { is "$1" '.status.containerStatuses[0].state.terminated.exitCode' "$2"; }
log_of() { cat "$state/logs/default_$1_main.log"; }
pid_of() { cat "$state/pids/default_$1_main"; }
ended() { ! kill -0 "$1" 2>/dev/null; }
gone() { ! kubectl get pod "$1" >/dev/null 2>&1; }

rm -rf "$state" && mkdir -p "$folder"
need_go || exit 1
(cd test/cluster/agent && CGO_ENABLED=0 nice go build -trimpath -o "$folder/agent" .)
trap finish EXIT
trap 'exit 143' TERM INT
./dev cluster stop >/dev/null
./dev cluster start --nodes 0 --no-muster
eval "$(./dev cluster env)"
start_agent

expect_equal "nodes have the labels and taints that were asked for" "x NoSchedule" \
  "$(kubectl get node two -o jsonpath='{.metadata.labels.pool} {.spec.taints[*].effect}')"
expect_equal "and no others" "" "$(kubectl get node one -o jsonpath='{.spec.taints}')"
expect_soon "their leases are kept" 10 kubectl get lease --namespace kube-node-lease one two

pod seven one 100m 'exit 7'
expect_soon "a program's exit code is the container's" 20 exit_code seven 7
expect_equal "and the pod Failed" Failed "$(field seven .status.phase)"
pod inside one 100m 'hostname; getent hosts $(hostname); echo $ADDRESS; ls /var/run/conf;
  d=/var/run/secrets/kubernetes.io/serviceaccount; curl -s --cacert $d/ca.crt --oauth2-bearer $(cat $d/token) \
  https://kubernetes.default.svc/api/v1/namespaces/default/pods'
expect_soon "a pod ends Succeeded" 20 is inside .status.phase Succeeded
address=$(field inside .status.podIP)
expect "it has an address from 127.0.0.0/8 and its own name" grep -Eq "^$address +inside" <(log_of inside)
expect "its environment knows that address" grep -qx "$address" <(log_of inside)
expect "a mount below the link /var/run is in the pod" grep -qx ca.crt <(log_of inside)
expect "and not in the host" test ! -e /run/conf
expect "its token makes it its service account at https://kubernetes.default.svc" \
  grep -q 'system:serviceaccount:default:default.*cannot list' <(log_of inside)

pod late one 100m 'cat /var/run/conf/key' later
expect_soon "a pod whose ConfigMap is missing is taken on" 10 test -d "$state/pods/$(field late .metadata.uid)"
expect_equal "but not started" Pending "$(field late .status.phase)"
kubectl create configmap later --from-literal=key=value >/dev/null
expect_soon "until the ConfigMap is there" 20 is late .status.phase Succeeded
expect_equal "and it reads it" value "$(log_of late)"

kubectl create service clusterip named --clusterip=None >/dev/null
pod named two 100m 'until getent hosts named.default.svc; do sleep 0.1; done'
expect_soon "the name of a headless service is known to pods" 20 is named .status.phase Succeeded
expect_equal "as the address of the pod it selects" "$(field named .status.podIP)" \
  "$(log_of named | cut -d' ' -f1)"

pod killed one 1 'sleep 1000 & wait'
pod polite one 500m 'trap "exit 3" TERM; sleep 1000 & wait'
pod deaf one 300m 'trap "" TERM; while true; do sleep 1000; done'
for name in killed polite deaf; do
  expect_soon "$name runs" 20 is "$name" .status.phase Running
done
pod over one 500m true
expect_soon "a pod that does not fit beside them is refused" 20 is over .status.reason OutOfcpu
expect_equal "with the numbers" \
  "Pod was rejected: Node didn't have enough resource: cpu, requested: 500m, used: 1800m, capacity: 2" \
  "$(field over .status.message)"
kill -KILL "$(pid_of killed)"
expect_soon "SIGKILL is seen as exit code 137" 20 exit_code killed 137
pod fits one 500m true
expect_soon "what an ended pod used is free" 20 is fits .status.phase Succeeded
polite=$(pid_of polite) deaf=$(pid_of deaf)
kubectl delete pod polite deaf --wait=false >/dev/null
expect_soon "a deleted pod gets SIGTERM and ends" 4 gone polite
expect "a deaf one is left its grace" kill -0 "$deaf"
expect_soon "and then is killed" 10 gone deaf
expect "no process of either is left" ended "$polite"
expect "nor of the other" ended "$deaf"

pod stays one 1 'sleep 1000 & wait'
expect_soon "a pod runs" 20 is stays .status.phase Running
left=$(pid_of stays)
kill -KILL "$agent_pid"
{ wait "$agent_pid" || true; } 2>/dev/null
expect_soon "no process outlives an agent that is killed" 5 ended "$left"
start_agent
expect_soon "the next agent fails the pod that it lost" 20 is stays .status.reason AgentRestarted
pod last one 2 'sleep 1000 & wait'
expect_soon "and has its room" 20 is last .status.phase Running
left=$(pid_of last)
kill -TERM "$agent_pid"
wait "$agent_pid"
agent_pid=
expect "no process outlives an agent that is stopped" ended "$left"
expect_equal "nor do its nodes" "" "$(kubectl get nodes --output name)"
all_hold
