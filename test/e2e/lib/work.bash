# SPDX-License-Identifier: Apache-2.0
# Work for the scheduler, and how it stands on the API server.

# pods NAME COUNT CPU [LABELS [ANNOTATIONS]]: pods NAME-0 and on, as one JSON list; the last two are
# inner parts of JSON objects.
pods() {
  local name=$1 count=$2 cpu=$3 labels=${4:-} annotations=${5:-} index comma=
  printf '{"apiVersion":"v1","kind":"List","items":['
  for ((index = 0; index < count; index++)); do
    printf '%s{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"work":"%s"%s},"annotations":{%s}},
      "spec":{"schedulerName":"muster","restartPolicy":"Never","terminationGracePeriodSeconds":0,
      "containers":[{"name":"main","image":"none","resources":{"requests":{"cpu":"%s","memory":"64Mi"}}}]}}' \
      "$comma" "$name-$index" "$name" "${labels:+,$labels}" "$annotations" "$cpu"
    comma=,
  done
  printf ']}'
}

# create_gang NAME COUNT MINIMUM CPU [NAMESPACE [LABELS]]
create_gang() {
  pods "$1" "$2" "$4" "\"muster.dev/gang\":\"$1\"${6:+,$6}" "\"muster.dev/gang-min\":\"$3\"" |
    kubectl create --namespace "${5:-default}" --filename - >/dev/null
}

# bound NAME [NAMESPACE]: how many pods of that work have a node.
bound() {
  kubectl get pods --namespace "${2:-default}" --selector "work=$1" \
    --output jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | grep -c . || true
}
is_bound() { [ "$(bound "$1" "${3:-default}")" -eq "$2" ] || { echo "bound: $(bound "$1" "${3:-default}") of $2" && return 1; }; }

# condition POD FIELD [NAMESPACE]: of PodScheduled.
condition() {
  kubectl get pod "$1" --namespace "${3:-default}" \
    --output jsonpath="{.status.conditions[?(@.type=='PodScheduled')].$2}"
}
condition_says() { condition "$1" message "${3:-default}" | grep -E -- "$2" || { condition "$1" message "${3:-default}" && return 1; }; }

# event_says KIND/NAME PATTERN [NAMESPACE]: an event regards such an object, with a reason or note
# like that; both are extended regular expressions.
event_says() {
  local seen
  seen=$(kubectl get events.events.k8s.io --namespace "${3:-default}" --output \
    jsonpath="{range .items[*]}{.regarding.kind}/{.regarding.name} {.type} {.reason}: {.note}{'\n'}{end}")
  grep -E -- "^$1 .*$2" <<<"$seen" || { echo "$seen" && return 1; }
}

# metric NAME_WITH_LABELS [URL]: its value.
metric() { curl -sf "${2:-$MUSTER_HTTP}/metrics" | awk -v name="$1" '$1 == name {print $2}'; }
metric_is() { [ "$(metric "$1" "${3:-$MUSTER_HTTP}")" = "$2" ] || { echo "$1 is '$(metric "$1" "${3:-$MUSTER_HTTP}")'" && return 1; }; }
metric_above() { metric "$1" | awk -v least="$2" '{ok = $1 > least} END {exit !ok}' || { echo "$1 is '$(metric "$1")'" && return 1; }; }

remove_work() { kubectl delete pods --namespace "${2:-default}" --selector "work=$1" --grace-period 0 --force --wait=false >/dev/null 2>&1; }
