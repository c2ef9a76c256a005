# SPDX-License-Identifier: Apache-2.0
# What an account may do on the cluster, and how the API server treats it.

muster_account=system:serviceaccount:muster-system:muster

# muster_can VERB RESOURCE[/SUBRESOURCE or /NAME] [OPTION...]: asks the API server.
muster_can() {
  local verb=$1 resource=$2 part=()
  shift 2
  case "$resource" in
    pods/* | nodes/* | serviceaccounts/*) part=(--subresource "${resource#*/}") && resource=${resource%%/*} ;;
  esac
  kubectl auth can-i "$verb" "$resource" "${part[@]}" --as "$muster_account" "$@"
}

# muster_may VERB RESOURCE VERB RESOURCE...: in any namespace.
muster_may() {
  while [ $# -gt 0 ]; do
    expect "Muster may $1 $2" muster_can "$1" "$2" --namespace default
    shift 2
  done
}

muster_may_not() {
  while [ $# -gt 0 ]; do
    expect_refusal "Muster may not $1 $2" '^no' muster_can "$1" "$2" --namespace default
    shift 2
  done
}

# priority_level_of KUBECONFIG PATH: the name of the level that the API server counts a GET in.
priority_level_of() {
  local uid
  uid=$(kubectl --kubeconfig "$1" get --raw "$2" -v 8 2>&1 |
    sed -nE 's/.*X-Kubernetes-Pf-Prioritylevel-Uid[:=]+ *"?([0-9a-f-]{36}).*/\1/Ip' | head -n 1)
  kubectl get prioritylevelconfigurations -o \
    jsonpath="{.items[?(@.metadata.uid=='$uid')].metadata.name}"
}

# drift_of_deploy: what kubectl would change of the objects that the cluster was given.
drift_of_deploy() {
  local file
  for file in "${muster_manifests[@]}"; do
    kubectl diff --filename "deploy/$file.yaml" 2>&1 || true
  done
}

# bind_pod KUBECONFIG NAMESPACE POD NODE: with a stamp, as Muster writes it.
bind_pod() {
  local uid
  uid=$(kubectl get pod "$3" --namespace "$2" -o jsonpath='{.metadata.uid}')
  kubectl --kubeconfig "$1" create --raw "/api/v1/namespaces/$2/pods/$3/binding" --filename - <<JSON
{"apiVersion": "v1", "kind": "Binding", "target": {"kind": "Node", "name": "$4"},
 "metadata": {"name": "$3", "uid": "$uid", "annotations": {"muster.dev/bound-queue": "default"}}}
JSON
}

has_stamp() {
  [ "$(kubectl get pod "$2" --namespace "$1" -o jsonpath='{.metadata.annotations.muster\.dev/bound-queue}')" = default ]
}

has_phase() {
  local seen
  seen=$(kubectl get pod "$2" --namespace "$1" -o jsonpath='{.status.phase}')
  echo "$2 is $seen"
  [ "$seen" = "$3" ]
}
