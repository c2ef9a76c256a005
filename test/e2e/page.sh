#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page in a real browser: on a made-up cluster in all its parts, then on a real API server with
# real work.
# cluster: --nodes 6
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

expect "the page in all its parts, on a made-up cluster (build/logs/page.log)" \
  bash -c 'set -o pipefail; python3 test/page/page_test.py build/release/test/page_server | tee build/logs/page.log'
sed -n '/10,000 gangs/p' build/logs/page.log

need_cluster page --nodes 6
answers() { curl -sf "$MUSTER_PAGE/api/v1/$1" | grep -E -- "$2" || { curl -s "$MUSTER_PAGE/api/v1/$1" && return 1; }; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

kubectl create namespace team-adhoc >/dev/null
kubectl apply --filename - >/dev/null <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: muster-config, namespace: muster-system}
data:
  muster.yaml: |
    queues:
    - {name: default, weight: 3, guaranteed: {cpu: 4}}
    - {name: adhoc, max: {cpu: 8}, namespaces: [team-adhoc]}
YAML
create_gang whole 6 6 1
create_gang huge 4 4 500
create_gang capped 5 5 4 team-adhoc
expect_soon "the page knows what runs" 20 answers 'gangs?state=running' '"name":"whole"'
expect_soon "and why a gang waits" 20 answers 'explain?namespace=team-adhoc&name=capped' '"reason":"NeverFits"'
expect_equal "it is not served under another name" 421 "$(status -H 'Host: attacker.example' "$MUSTER_PAGE/")"
expect_equal "what does not exist is not found" 404 "$(status "$MUSTER_PAGE/api/v1/explain?namespace=a&name=b")"
expect_equal "the metrics' listener has no page" 404 "$(status "$MUSTER_HTTP/api/v1/queues")"
python3 test/page/cluster_test.py "$MUSTER_PAGE"
all_hold
