#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two tenants on one cluster, each with credentials of its own: who may submit to which queue, what
# nobody changes afterwards, and whose a pod is.
# cluster: --nodes 2
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash
source test/e2e/lib/account.bash
source test/e2e/lib/people.bash
source test/cluster/credentials.bash

need_cluster tenants --nodes 2
cluster_dir=${MUSTER_CLUSTER_DIR:-build/cluster}
# shellcheck source=/dev/null
source "$cluster_dir/addresses"

# submit WHO NAMESPACE POD [LABELS [ANNOTATIONS [OWNER]]]: LABELS and ANNOTATIONS are inner parts of
# JSON objects, OWNER is name:uid of a Pod. WHO is a kubeconfig of this cluster. The pod runs as
# $run_as.
submit() {
  local owner=
  [ -z "${6:-}" ] || owner='{"apiVersion":"v1","kind":"Pod","name":"'${6%:*}'","uid":"'${6#*:}'","controller":true}'
  as "$1" create --namespace "$2" ${dry_run:+--dry-run=server} --filename - <<JSON
{"apiVersion": "v1", "kind": "Pod",
 "metadata": {"name": "$3", "labels": {${4:-}}, "annotations": {${5:-}}, "ownerReferences": [$owner]},
 "spec": {"schedulerName": "muster", "restartPolicy": "Never", "serviceAccountName": "${run_as:-default}",
  "containers": [{"name": "main", "image": "none", "resources": {"requests": {"cpu": "1"}}}]}}
JSON
}

patch() { as "$1" patch pod "$3" --namespace "$2" --subresource "$4" --type merge --patch "$5"; }
# kubectl would read the status first, which Muster may not.
muster_patches_status() {
  curl --silent --show-error --cacert "$cluster_dir/certs/ca.crt" --request PATCH --data "$3" \
    --oauth2-bearer "$(sed -n 's/^ *token: //p' "$cluster_dir/muster.kubeconfig")" \
    --header 'Content-Type: application/merge-patch+json' --fail-with-body \
    "https://127.0.0.1:$port_apiserver/api/v1/namespaces/$1/pods/$2/status"
}
annotation() { kubectl get pod "$2" --namespace "$1" --output jsonpath='{.metadata.annotations.muster\.dev/user}'; }
label() { kubectl get pod "$2" --namespace "$1" --output jsonpath="{.metadata.labels.muster\.dev/${3:-user}}"; }
refused() { ! seen=$("$@" 2>&1) && grep -q denied <<<"$seen" || { echo "$seen" && return 1; }; }
uid_of() { kubectl get pod "$2" --namespace "$1" --output jsonpath='{.metadata.uid}'; }
is_on_a_node() { [ -n "$(kubectl get pod "$2" --namespace "$1" --output jsonpath='{.spec.nodeName}')" ]; }
policies_are_checked() {
  local seen
  seen=$(kubectl get validatingadmissionpolicies --output jsonpath='{range .items[*]}{.status}{"\n"}{end}')
  [ "$(grep -c '"typeChecking":{}' <<<"$seen")" -eq 4 ] || { echo "$seen" && return 1; }
}
# binding PATH NAMESPACE POD METADATA: alice binds, with METADATA beside the name.
binding() {
  as alice create --raw "/api/v1/namespaces/$2/$1" --filename - <<JSON
{"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "$3", $4}, "target": {"kind": "Node", "name": "node-0000"}}
JSON
}
# job WHO NAMESPACE NAME QUEUE [USER]: its template names that queue, and USER as label muster.dev/user.
job() {
  as "$1" create --namespace "$2" --filename - >/dev/null <<JSON
{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "$3"}, "spec": {"template": {
 "metadata": {"labels": {"muster.dev/queue": "$4"${5:+, \"muster.dev/user\": \"$5\"}}},
 "spec": {"schedulerName": "muster", "restartPolicy": "Never",
  "containers": [{"name": "main", "image": "none", "resources": {"requests": {"cpu": "1"}}}]}}}}
JSON
}
job_pod() { kubectl get pods --namespace "$1" --selector "job-name=$2" --output jsonpath='{.items[*].metadata.name}' | grep .; }
job_pod_is_on_a_node() { is_on_a_node "$1" "$(job_pod "$1" "$2")"; }

etl='"muster.dev/queue":"etl"'  adhoc='"muster.dev/queue":"adhoc"'

# The example for a tenant, twice. bob's team gets no grant for its queue yet.
kubectl apply --filename deploy/examples/tenant.yaml >/dev/null
sed 's/etl/adhoc/g' deploy/examples/tenant.yaml | kubectl apply --filename - >/dev/null
kubectl delete rolebinding submit-adhoc --namespace team-adhoc >/dev/null
kubectl apply --namespace team-etl --filename deploy/examples/spark/account.yaml >/dev/null
person alice team-etl alice@example.com
person bob team-adhoc bob
account ci team-etl/ci
account spark team-etl/spark
expect_soon "the policies are read by the server, and fit the kinds that they match" 10 policies_are_checked

dry_run=yes expect_soon "and in force" 10 refused submit bob team-adhoc early "$adhoc"

# --- who may submit where ---
expect "a tenant submits to the queue that it is granted" submit alice team-etl mine "$etl"
expect_soon "and Muster runs the pod" 10 is_on_a_node team-etl mine
expect_refusal "not to another tenant's; the refusal says what would have to be granted" \
  'Forbidden.*alice@example.com may not submit to queue adhoc from namespace team-etl: grant the verb submit on queues.muster.dev/adhoc' \
  submit alice team-etl theirs "$adhoc"
expect "kubectl auth can-i --list tells who asks what is granted" \
  grep -Eq '^queues.muster.dev +\[\] +\[etl\] +\[submit\]' <(as alice auth can-i --list --namespace team-etl)
expect_refusal "a grant in one namespace is none in another, where the tenant may make pods too" \
  'may not submit to queue etl from namespace team-adhoc' \
  kubectl run elsewhere --as alice@example.com --as-group team-etl --as-group team-adhoc --namespace team-adhoc \
  --image none --labels muster.dev/queue=etl --overrides '{"spec": {"schedulerName": "muster"}}'
expect_refusal "a tenant without a grant is refused its own queue" 'user bob may not submit to queue adhoc' \
  submit bob team-adhoc named "$adhoc"
expect "who names no queue is not asked" submit bob team-adhoc unnamed
expect_soon "and gets the queue of the namespace" 10 is_on_a_node team-adhoc unnamed
expect_equal "which is" adhoc \
  "$(kubectl get pod unnamed -n team-adhoc -o jsonpath='{.metadata.annotations.muster\.dev/bound-queue}')"
expect "pods of other schedulers are nobody's business" as bob run other --namespace team-adhoc \
  --image none --labels "muster.dev/queue=etl" --overrides '{"spec": {"schedulerName": "by-hand"}}'
kubectl create rolebinding submit --clusterrole muster-submit --group team-adhoc --namespace team-adhoc >/dev/null
expect_soon "ClusterRole muster-submit grants every queue" 5 submit bob team-adhoc granted "$adhoc"
expect "in the API's eyes" submit bob team-adhoc foreign "$etl"
expect_soon "what a queue's namespaces admit still holds" 10 \
  condition_says foreign '^Forbidden: gang may not use queue etl' team-adhoc
account other-ci team-adhoc/ci
expect_refusal "not to an account that it is not bound to" 'team-adhoc:ci may not submit' submit other-ci team-adhoc edited "$adhoc"
kubectl label clusterrole muster-submit rbac.authorization.k8s.io/aggregate-to-edit=true >/dev/null
expect_soon "labelled, it grants them to all who may edit" 10 submit other-ci team-adhoc edited "$adhoc"
kubectl label clusterrole muster-submit rbac.authorization.k8s.io/aggregate-to-edit- >/dev/null
dry_run=yes expect_soon "and without the label no more" 10 refused submit other-ci team-adhoc again "$adhoc"

# --- pipelines, executors, controllers ---
expect "a CI account submits where it is granted" submit ci team-etl built "$etl"
expect_refusal "and is asked like a person" \
  'system:serviceaccount:team-etl:ci may not submit to queue adhoc' submit ci team-etl stolen "$adhoc"
app='"spark-app-selector":"app-1"'
run_as=spark expect "a driver is submitted by who is granted its queue" \
  submit ci team-etl driver "$etl,$app,\"spark-role\":\"driver\""
driver=driver:$(uid_of team-etl driver)
account inside-driver team-etl/spark --bound-object-kind Pod --bound-object-name driver --bound-object-uid "${driver#*:}"
expect "its account makes executors from inside it, without a grant" \
  submit inside-driver team-etl exec-1 "$etl,$app,\"spark-role\":\"executor\"" "" "$driver"
expect_refusal "but no pod beside them" 'team-etl:spark may not submit to queue etl' \
  submit inside-driver team-etl beside "$etl,$app" "" "$driver"
expect_refusal "nor executors of another pod" 'team-etl:spark may not submit to queue etl' \
  submit inside-driver team-etl exec-2 "$etl,$app,\"spark-role\":\"executor\"" "" "mine:$(uid_of team-etl mine)"
expect_refusal "nor without an owner" 'team-etl:spark may not submit to queue etl' \
  submit inside-driver team-etl exec-2 "$etl,$app,\"spark-role\":\"executor\""
expect_refusal "the account outside of the driver is asked" 'team-etl:spark may not submit to queue etl' \
  submit spark team-etl exec-2 "$etl,$app,\"spark-role\":\"executor\"" "" "$driver"
expect_refusal "and so is a person who claims to make an executor" 'alice@example.com may not submit to queue adhoc' \
  submit alice team-etl exec-2 "$adhoc,$app,\"spark-role\":\"executor\"" "" "$driver"

job alice team-etl honest etl alice.example.com
expect_soon "a controller is not asked: a Job's pod in the own queue runs" 10 job_pod_is_on_a_node team-etl honest
expect_equal "it is its service account's, whatever its template says" system:serviceaccount:team-etl:default \
  "$(annotation team-etl "$(job_pod team-etl honest)")"
kubectl create rolebinding shared --clusterrole edit --user system:kube-controller-manager -n team-etl >/dev/null
expect "nor are controllers that share one name" kubectl run shared --as system:kube-controller-manager \
  --namespace team-etl --image none --labels "muster.dev/queue=adhoc" \
  --overrides '{"spec": {"schedulerName": "muster"}}'
job alice team-etl sneaky adhoc
expect_soon "a Job with another tenant's queue gets a pod" 10 job_pod team-etl sneaky
expect_soon "that Muster refuses" 10 condition_says "$(job_pod team-etl sneaky)" \
  '^Forbidden: gang may not use queue adhoc' team-etl
kubectl create namespace operators >/dev/null
kubectl create serviceaccount spark-operator --namespace operators >/dev/null
kubectl create rolebinding operator --clusterrole edit --serviceaccount operators:spark-operator -n team-etl >/dev/null
account operator operators/spark-operator
expect_refusal "an operator is asked like everybody" 'operators:spark-operator may not submit to queue etl' \
  submit operator team-etl made "$etl"
kubectl create clusterrolebinding operator --clusterrole muster-controller \
  --serviceaccount operators:spark-operator >/dev/null
run_as=spark expect_soon "unless it is granted ClusterRole muster-controller" 5 submit operator team-etl made "$etl"
expect_equal "then its pods are their service account's" system:serviceaccount:team-etl:spark "$(annotation team-etl made)"

# --- whose a pod is ---
expect_equal "a pod carries the name of who made it" alice@example.com "$(annotation team-etl mine)"
expect_equal "and what of it a label may hold" alice.example.com "$(label team-etl mine)"
expect_equal "a service account's is its full name" system:serviceaccount:team-etl:ci "$(annotation team-etl built)"
expect_equal "and namespace and name as a label" team-etl.ci "$(label team-etl built)"
expect "a forged name" submit alice team-etl forged '"muster.dev/user":"bob"' '"muster.dev/user":"bob"'
expect_equal "is overwritten" "alice@example.com alice.example.com" "$(annotation team-etl forged) $(label team-etl forged)"
role=arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_DataEngineer_0123456789abcdef/carol@example.com
kubectl run long --as "$role" --as-group team-etl --namespace team-etl --image none \
  --overrides '{"spec": {"schedulerName": "muster"}}' >/dev/null
expect_equal "a long name is kept whole" "$role" "$(annotation team-etl long)"
expect_equal "of which the label has the end" AWSReservedSSO_DataEngineer_0123456789abcdef.carol.example.com \
  "$(label team-etl long)"
kubectl delete mutatingadmissionpolicybinding muster-user >/dev/null
expect_soon "where the server cannot write it, a forged annotation is refused" 10 \
  refused submit alice team-etl forged-2 "" '"muster.dev/user":"bob"'
expect_refusal "saying what is expected" 'muster.dev/user: expected the name of who creates the pod' \
  submit alice team-etl forged-3 "" '"muster.dev/user":"bob"'
expect_refusal "and a forged label" 'muster.dev/user: expected the name of who creates the pod' \
  submit alice team-etl forged-3 '"muster.dev/user":"bob"'
expect "the own name is accepted" submit alice team-etl signed \
  '"muster.dev/user":"alice.example.com"' '"muster.dev/user":"alice@example.com"'
expect "that of an account too" submit ci team-etl signed-2 \
  '"muster.dev/user":"team-etl.ci"' '"muster.dev/user":"system:serviceaccount:team-etl:ci"'
expect "and none" submit alice team-etl unsigned
expect_equal "which stays none" "" "$(annotation team-etl unsigned)"
job alice team-etl masked etl alice.example.com
expect_soon "a Job whose template forges one makes no pod, and says why" 10 event_says Job/masked \
  'muster.dev/user: expected the name of who creates' team-etl

# --- what nobody changes ---
run_as=default submit alice team-etl kept "$etl,\"muster.dev/gang\":\"kept\"" '"muster.dev/gang-min":"2"' >/dev/null
for key in muster.dev/queue muster.dev/gang muster.dev/user spark-app-selector spark-role; do
  expect_refusal "label $key is not changed later" 'labels .* are fixed once a pod is created' \
    as alice label pod kept --namespace team-etl --overwrite "$key=other"
done
expect_refusal "nor removed" 'are fixed once' as alice label pod kept --namespace team-etl muster.dev/gang-
expect_refusal "nor the annotation with the user" 'annotation muster.dev/user are fixed once' \
  as alice annotate pod mine --namespace team-etl --overwrite muster.dev/user=bob
expect_refusal "not by an administrator either" 'are fixed once' \
  kubectl label pod kept --namespace team-etl --overwrite muster.dev/queue=adhoc
expect_refusal "nor by Muster, through the status that it may write" 'are fixed once' \
  muster_patches_status team-etl kept '{"metadata": {"labels": {"muster.dev/queue": "adhoc"}}}'
expect "which it may write otherwise" muster_patches_status team-etl kept '{"metadata": {"labels": {"stage": "seen"}}}'
expect "other labels are everybody's" as alice label pod kept --namespace team-etl --overwrite stage=test
expect "and so are those of other schedulers' pods" as bob label pod other --namespace team-adhoc --overwrite \
  muster.dev/queue=adhoc

# --- what only Muster writes, also against who may write status and bind ---
kubectl create role wide --verb create,get,patch,update --namespace team-etl \
  --resource pods/status,pods/binding,pods/resize,pods/ephemeralcontainers,bindings >/dev/null
kubectl create rolebinding wide --role wide --group team-etl --namespace team-etl >/dev/null
stamp='"muster.dev/bound-queue":"adhoc"'
expect_refusal "no tenant creates a pod with a stamp" 'written by Muster alone' submit alice team-etl odd "" "$stamp"
expect_refusal "nor writes one into its pod" 'written by Muster alone' \
  as alice annotate pod kept --namespace team-etl muster.dev/bound-queue=adhoc
expect_soon "nor through its status" 5 refused patch alice team-etl kept status '{"metadata": {"annotations": {'"$stamp"'}}}'
for path in pods/kept/binding bindings; do
  expect_refusal "nor with a Binding ($path)" 'written by Muster alone' \
    binding "$path" team-etl kept '"annotations": {'"$stamp"'}'
  for metadata in '"labels": {'"$adhoc"'}' '"annotations": {"muster.dev/user": "bob"}'; do
    expect_refusal "nor what is fixed: ${metadata%%:*}" 'no Binding carries' binding "$path" team-etl kept "$metadata"
  done
done
for subresource in resize ephemeralcontainers; do
  expect "$subresource is written" patch alice team-etl kept "$subresource" \
    '{"metadata": {"annotations": {'"$stamp"'}, "labels": {'"$adhoc"'}}}'
done
expect_equal "which changes neither" '{"muster.dev/gang-min":"2"} etl' \
  "$(kubectl get pod kept -n team-etl -o jsonpath='{.metadata.annotations}') $(label team-etl kept queue)"
expect_refusal "a stamp of Muster's is not changed" 'written by Muster alone' \
  as alice annotate pod mine --namespace team-etl --overwrite muster.dev/bound-queue=adhoc
expect_refusal "nor removed" 'written by Muster alone' as alice annotate pod mine --namespace team-etl muster.dev/bound-queue-

expect "an administrator submits where it likes" submit admin team-adhoc any "$adhoc"
expect_soon "and Muster runs it" 10 is_on_a_node team-adhoc any
all_hold
