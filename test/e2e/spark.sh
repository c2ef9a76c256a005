#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real spark-submit in cluster mode, two Spark lines, with the one setting
# spark.kubernetes.scheduler.name=muster; drivers and executors really run. See test/spark/README.md.
# cluster: none
# Usage: spark.sh [CASE...]    (cases: pi room deadlock elastic forecast)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for part in test/setup/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done

folder=$PWD/build/e2e/spark
export MUSTER_CLUSTER_DIR=${MUSTER_CLUSTER_DIR:-$folder/cluster}
cases_pid=

finish() {
  if [ -n "$cases_pid" ] && kill -TERM "$cases_pid" 2>/dev/null; then wait "$cases_pid" || true; fi
  ./dev cluster stop >/dev/null
}

[ "$(id -u)" -eq 0 ] || fail "the Spark tests need root: pods run in namespaces of their own" || exit 1
mkdir -p "$folder"
need_go || exit 1
(cd test/cluster/agent && CGO_ENABLED=0 nice go build -trimpath -o "$folder/agent" .) ||
  fail "the node agent could not be built; no Spark test was run" || exit 1
laid=$(test/spark/setup.sh) || exit 1
sparks=()
while read -r version opt; do sparks+=(--spark "$version=$opt"); done <<<"$laid"

trap finish EXIT
trap 'exit 143' TERM INT
./dev cluster stop >/dev/null
./dev cluster start --nodes 0
eval "$(./dev cluster env)"
python3 test/spark/cases.py --kubeconfig "$KUBECONFIG" --agent "$folder/agent" \
  --folder "$folder/cases" "${sparks[@]}" "$@" &
cases_pid=$!
wait "$cases_pid" && status=0 || status=$?
cases_pid=
exit "$status"
