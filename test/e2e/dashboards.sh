#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The dashboards and alerts against a real Prometheus that scrapes a real muster serve, while work
# runs that shows everything: starts, ends, waits for quota and for capacity, an eviction, a refused
# one, a rejected config. No panel is empty, no query fails.
# cluster: --nodes 4
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

need_cluster dashboards --nodes 4
expect_soon "the daemon is ready" 20 says '^ok: leads, synced' ready

# --- Prometheus ---
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
api=http://127.0.0.1:$port
cat >"$scratch/prometheus.yml" <<TEXT
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [$PWD/deploy/alerts.yaml]
scrape_configs:
- job_name: muster
  static_configs: [{targets: ["${MUSTER_HTTP#http://}"]}]
TEXT
prometheus --config.file "$scratch/prometheus.yml" --storage.tsdb.path "$scratch/data" \
  --web.listen-address "127.0.0.1:$port" --log.level warn 2>"$scratch/prometheus.log" &
child=$!
query() {
  curl -sf --data-urlencode "query=$1" "$api/api/v1/query" |
    python3 -c 'import json, sys; print(*(r["value"][1] for r in json.load(sys.stdin)["data"]["result"]))'
}
scraped() { [ "$(query "$1")" = "$2" ] || { echo "$1 is '$(query "$1")'" && return 1; }; }
expect_soon "Prometheus scrapes the daemon" 30 scraped 'up{job="muster"}' 1
begin=$(date +%s)

# --- work that shows everything ---
cat >"$scratch/good.yaml" <<'TEXT'
queues:
- name: etl
  guaranteed: {cpu: 32, memory: 1Gi}
  max: {cpu: 64, memory: 256Gi}
- name: adhoc
  guaranteed: {cpu: 4, memory: 256Mi}
  max: {cpu: 64, memory: 256Gi}
prices:
  resources: {cpu: 0.04, memory: 0.005}
TEXT
sed 's/weight: 1/weight: -1/; s/cpu: 0.04/cpu: much/' "$scratch/good.yaml" >"$scratch/bad.yaml"
config_file "$scratch/good.yaml" "a config with prices is in force"
put_config "$scratch/bad.yaml"
expect_soon "a bad price is refused" 10 metric_is muster_config_rejections_total 1
put_config "$scratch/good.yaml"

# work NAME QUEUE COUNT: a gang of COUNT times 4 cpu, of which 16 fill the cluster.
work() { create_gang "$1" "$3" "$3" 4 default "\"muster.dev/queue\":\"$2\""; }
work first adhoc 2
expect_soon "a gang runs" 15 is_bound first 2
remove_work first
expect_soon "and ends" 15 metric_is 'muster_gang_run_seconds_count{queue="adhoc"}' 1
running() { [ "$(kubectl get pods --selector "work=$1" --output jsonpath='{.items[*].status.phase}' | tr ' ' '\n' | grep -c Running)" -eq "$2" ]; }
work loser adhoc 8
expect_soon "a gang that borrows runs" 15 is_bound loser 8
sleep 2  # What an eviction loses is counted in whole seconds: the newer one is to lose less.
kubectl create poddisruptionbudget kept --selector work=kept --min-available 8 >/dev/null
work kept adhoc 8
expect_soon "and one under a PodDisruptionBudget, which fills the cluster" 15 is_bound kept 8
expect_soon "all of it" 15 running kept 8
work owed etl 8
expect_soon "for a queue that is owed room one is evicted" 30 is_bound owed 8
expect_soon "which is counted" 5 metric_above 'muster_evictions_total{cause="reclaim",queue="adhoc"}' 0
expect_soon "so is the refused eviction of the other" 5 metric_above muster_evictions_refused_total 0
expect_soon "what the evicted had taken is lost" 15 metric_above 'muster_queue_resource_seconds_total{queue="adhoc",kind="lost",resource="cpu"}' 0
expect_soon "and cost money" 15 metric_above 'muster_queue_cost_total{queue="adhoc",kind="lost"}' 0
work waits adhoc 4
expect_soon "a gang waits for capacity" 10 metric_above 'muster_queue_waiting_gangs{queue="adhoc",reason="CapacityShort"}' 0
work never adhoc 40
expect_soon "one can never start" 10 metric_above 'muster_queue_waiting_gangs{queue="adhoc",reason="NeverFits"}' 0
latest=$(metric muster_audits_total)
expect "the books were audited" test "${latest:-0}" -ge 1
expect_soon "and Prometheus has it all" 20 scraped 'sum(muster_queue_waiting_gangs{queue="adhoc"}) > bool 0' 1
sleep 3  # A rate has two scrapes.

# --- every panel of every dashboard ---
panels_of() { python3 test/e2e/lib/panels.py "$api" "$begin" "$(date +%s)" adhoc "$1"; }
for board in deploy/dashboards/*.json; do
  expect_equal "every panel of $board shows something" "" \
    "$(panels_of "$board")"
done
sed 's/muster_drift/muster_drifted/' deploy/dashboards/health.json >"$scratch/unknown.json"
expect "a panel of a metric that there is not is noticed" says "panel 'Drift': empty" panels_of "$scratch/unknown.json"
sed 's/max(muster_drift)/max(muster_drift/' deploy/dashboards/health.json >"$scratch/broken.json"
expect "and a query that is none" says "panel 'Drift': .*parse error" panels_of "$scratch/broken.json"

# --- the alerts, on the same Prometheus ---
rules() { curl -sf "$api/api/v1/rules" | python3 -c '
import json, sys
for group in json.load(sys.stdin)["data"]["groups"]:
    for rule in group["rules"]:
        print(rule["name"], rule["health"], rule["state"], rule.get("lastError", ""))'; }
expect_equal "every rule is evaluated without error" "" "$(rules | grep -v ' ok ' || true)"
expect "the rejected config has fired" says '^MusterConfigRejected ok firing' rules
expect_equal "no critical alert fires" "" "$(query 'ALERTS{alertstate="firing",severity="critical"}')"
all_hold
