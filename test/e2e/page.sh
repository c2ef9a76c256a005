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
expect "each part shows what the scheduler answers (build/logs/page_parts.log)" \
  bash -c 'set -o pipefail; python3 test/page/parts_test.py build/release/test/page_server | tee build/logs/page_parts.log'

need_cluster page --nodes 6
answers() { curl -sf "$MUSTER_PAGE/api/v1/$1" | grep -E -- "$2" || { curl -s "$MUSTER_PAGE/api/v1/$1" && return 1; }; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

for name in adhoc lent owed; do kubectl create namespace "team-$name" >/dev/null; done
kubectl apply --filename - >/dev/null <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: muster-config, namespace: muster-system}
data:
  muster.yaml: |
    prices: {currency: EUR, resources: {cpu: 3600}}
    history: {url: "https://history.example/{namespace}/{app}?by={user}"}
    queues:
    - {name: default, weight: 3, guaranteed: {cpu: 4}}
    - {name: adhoc, max: {cpu: 8}, namespaces: [team-adhoc]}
    - {name: lent, namespaces: [team-lent]}
    - {name: owed, guaranteed: {cpu: 24}, namespaces: [team-owed]}
YAML
create_gang whole 6 6 1
create_gang job 1 1 1 default '"spark-role":"driver","spark-app-selector":"spark-0a1b"'
expect_soon "the config is in force, and both run" 20 is_bound job 1
# What is left of the 96 cpu but 1; no victim goes before it is let go, so that what it costs can be
# looked at.
for index in 0 1 2 3 4 5 6 7 8 9 10; do
  pods "lent-$index" 2 4 "\"muster.dev/gang\":\"lent-$index\"" '"muster.dev/gang-min":"2"' |
    sed 's#"metadata":{#&"finalizers":["test.example/hold"],#g' |
    kubectl create --namespace team-lent --filename - >/dev/null
done
create_gang huge 4 4 500
create_gang capped 5 5 4 team-adhoc
expect_soon "the page knows what runs" 20 answers 'gangs?state=running' '"name":"whole"'
expect_soon "all that borrows runs" 30 answers 'gangs?queue=lent&state=running' '"total":"11"'
expect_soon "and why a gang waits" 20 answers 'explain?namespace=team-adhoc&name=capped' '"reason":"NeverFits"'
expect_equal "it is not served under another name" 421 "$(status -H 'Host: attacker.example' "$MUSTER_PAGE/")"
expect_equal "what does not exist is not found" 404 "$(status "$MUSTER_PAGE/api/v1/explain?namespace=a&name=b")"
expect_equal "the metrics' listener has no page" 404 "$(status "$MUSTER_HTTP/api/v1/queues")"
python3 test/page/cluster_test.py "$MUSTER_PAGE"
all_hold
