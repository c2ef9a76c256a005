#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The cluster of ./dev: it starts, says what runs, grants Muster what deploy/ ships and no more,
# runs bound pods, and leaves nothing behind.
# cluster: none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/account.bash
source test/cluster/muster.bash

# all_gone PID...: none of them is there, unless ended and only waiting for init to notice.
all_gone() {
  ! ps -o pid=,stat=,args= -p "$(IFS=, && echo "$*")" | awk '$2 !~ /^Z/' | grep .
}

export MUSTER_CLUSTER_DIR=${MUSTER_CLUSTER_DIR:-$PWD/build/e2e/cluster/cluster}
trap './dev cluster stop >/dev/null' EXIT
./dev cluster stop >/dev/null

# Not running.
expect_equal "status says with code 3 that nothing runs" 3 "$(./dev cluster status >/dev/null; echo $?)"
expect_refusal "env of no cluster is refused" 'not running' ./dev cluster env
expect_refusal "a number of nodes that is none is refused, naming the flag" \
  "--nodes: expected a number .* not 'many'" ./dev cluster start --nodes many
expect_refusal "an unknown option is refused by name" "no option '--node'" ./dev cluster start --node 3

# Running.
started=$SECONDS
expect "a cluster with 5 nodes starts" ./dev cluster start --nodes 5 --no-muster
expect "within 15 s (on a machine that does other work too: 40 s)" test $((SECONDS - started)) -lt 40
expect_refusal "a second start is refused while it runs" 'already running' ./dev cluster start
status=$(./dev cluster status)
for name in etcd kube-apiserver kube-controller-manager kwok; do
  expect "status names $name with its pid" grep -Eq "^$name +running +pid [0-9]+" <<<"$status"
done
expect "status says that Muster was not started" grep -Eq '^muster +not started' <<<"$status"
expect "status counts 5 ready nodes" grep -Eq '^nodes +5 Ready' <<<"$status"
mapfile -t pids < <(grep -Eo 'pid [0-9]+' <<<"$status" | cut -d' ' -f2)
mapfile -t ports < <(grep -Eo ':[0-9]+ *$' <<<"$status" | tr -d ': ')

eval "$(./dev cluster env)"
expect "env's kubeconfig is a cluster admin's" kubectl auth can-i '*' '*' --all-namespaces
expect_equal "env's MUSTER_HTTP is a loopback address" http://127.0.0.1 "${MUSTER_HTTP%:*}"
expect_equal "env's MUSTER_SERVER is a loopback address" 127.0.0.1 "${MUSTER_SERVER%:*}"
expect_equal "the nodes stand in three zones" 3 \
  "$(kubectl get nodes -L topology.kubernetes.io/zone --no-headers | awk '{print $NF}' | sort -u | wc -l)"
expect_equal "no node has a taint" "" "$(kubectl get nodes -o jsonpath='{.items[*].spec.taints}')"

# What deploy/ ships is accepted, and is enough and not more.
expect "every manifest of deploy/ is accepted by the API server" \
  kubectl apply --kustomize deploy --dry-run=server
expect "so is what is for servers with MutatingAdmissionPolicy" \
  kubectl apply --kustomize deploy/user --dry-run=server
with_tls=$(mktemp -d)
cp -r deploy/. "$with_tls" && printf 'components:\n- tls\n' >>"$with_tls/kustomization.yaml"
expect "so is gRPC for tenants, behind a certificate" kubectl apply --kustomize "$with_tls" --dry-run=server
expect_equal "which leaves no plain text" "" "$(kubectl kustomize "$with_tls" | grep -e --grpc-insecure)"
rm -rf "$with_tls"
expect "so are the example pods" kubectl apply --filename deploy/examples/pods --dry-run=server
expect_equal "what was applied by start is what deploy/ says" "" "$(drift_of_deploy)"
muster_may create pods/binding list pods watch pods get pods delete pods patch pods/status \
  list nodes watch nodes get configmaps create events.events.k8s.io create pods/eviction \
  list poddisruptionbudgets.policy \
  create tokenreviews.authentication.k8s.io create subjectaccessreviews.authorization.k8s.io
muster_may_not list namespaces list priorityclasses.scheduling.k8s.io patch events.events.k8s.io \
  get secrets list secrets create pods update pods patch pods list configmaps \
  watch configmaps update nodes patch nodes/status create serviceaccounts/token \
  create pods/exec deletecollection pods create configmaps update configmaps \
  escalate clusterroles.rbac.authorization.k8s.io create leases.coordination.k8s.io \
  watch poddisruptionbudgets.policy update poddisruptionbudgets.policy delete poddisruptionbudgets.policy
expect "Muster may watch its own configuration" muster_can list configmaps/muster-config -n muster-system
expect_refusal "and no other of its namespace" '^no' muster_can list configmaps/kube-root-ca.crt -n muster-system
expect "Muster may make its state in its namespace" muster_can create configmaps -n muster-system
expect "and update it" muster_can update configmaps/muster-state -n muster-system
expect_refusal "but not its configuration" '^no' muster_can update configmaps/muster-config -n muster-system
expect "Muster may renew its Lease" muster_can update leases.coordination.k8s.io/muster -n muster-system
expect_refusal "and no other Lease" '^no' muster_can update leases.coordination.k8s.io/other -n muster-system

# The real token, on the wire.
as_muster=(kubectl --kubeconfig "$MUSTER_CLUSTER_DIR/muster.kubeconfig")
expect_equal "the daemon's kubeconfig is its service account" system:serviceaccount:muster-system:muster \
  "$("${as_muster[@]}" auth whoami -o jsonpath='{.status.userInfo.username}')"
expect_refusal "its token reads no secret" 'cannot list resource "secrets"' "${as_muster[@]}" get secrets -A
expect_refusal "its token creates no pod" 'cannot create resource "pods"' \
  "${as_muster[@]}" run intruder --image none
configmaps=/api/v1/namespaces/muster-system/configmaps
expect "its token lists its own configuration, by name" \
  "${as_muster[@]}" get --raw "$configmaps?fieldSelector=metadata.name%3Dmuster-config"
expect_refusal "and not the others beside it" 'cannot list resource "configmaps"' \
  "${as_muster[@]}" get --raw "$configmaps"
expect_equal "its requests have a level of their own" muster \
  "$(priority_level_of "$MUSTER_CLUSTER_DIR/muster.kubeconfig" /api/v1/nodes)"
expect_equal "its Lease has the level of leaders" leader-election "$(priority_level_of \
  "$MUSTER_CLUSTER_DIR/muster.kubeconfig" /apis/coordination.k8s.io/v1/namespaces/muster-system/leases/muster)"

# A pod that is bound with that token runs, ends and goes.
kubectl apply --filename - >/dev/null <<'YAML'
{apiVersion: v1, kind: Pod, metadata: {name: short, annotations: {test.muster.dev/run-for: 1s}},
 spec: {schedulerName: by-hand, restartPolicy: Never, containers: [{name: main, image: none}]}}
YAML
expect "the token binds a pod, with stamps that only Muster writes" \
  bind_pod "$MUSTER_CLUSTER_DIR/muster.kubeconfig" default short node-0003
expect_soon "the stamp is on the pod" 5 has_stamp default short
expect_soon "the bound pod runs and succeeds" 20 has_phase default short Succeeded
expect_refusal "nobody else changes a stamp" 'written by Muster alone' \
  kubectl annotate pod short muster.dev/bound-queue=other --overwrite
expect_refusal "nor removes it" 'written by Muster alone' kubectl annotate pod short muster.dev/bound-queue-
expect "other annotations are everybody's" kubectl annotate pod short note=seen
expect_refusal "nobody creates a pod with a stamp" 'written by Muster alone' \
  kubectl run forged --image none --annotations muster.dev/bound-queue=etl
kubectl run other --image none --overrides '{"spec": {"schedulerName": "by-hand"}}' >/dev/null
expect_refusal "nobody else binds a pod with a stamp" 'written by Muster alone' \
  bind_pod "$KUBECONFIG" default other node-0003
expect "a deleted pod goes" kubectl delete pod short other --timeout 20s

# Stopped.
expect "the cluster stops" ./dev cluster stop
expect_soon "no process of it is left" 2 all_gone "${pids[@]}"
listening=$(ss -Hltn | awk '{print $4}' | sed 's/.*://')
expect_equal "no port of it is left" "" "$(grep -Fx "$(printf '%s\n' "${ports[@]}")" <<<"$listening" || true)"
expect "stopping again is no error" ./dev cluster stop
expect_equal "status says again that nothing runs" 3 "$(./dev cluster status >/dev/null; echo $?)"
all_hold
