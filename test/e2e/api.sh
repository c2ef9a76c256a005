#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the daemon tells over gRPC, and to whom: plain on loopback; behind TLS by Kubernetes tokens,
# each tenant its own namespace.
# cluster: --nodes 2
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash
source test/cluster/credentials.bash

need_cluster api --nodes 2
cluster_dir=${MUSTER_CLUSTER_DIR:-build/cluster}
# shellcheck source=/dev/null
source "$cluster_dir/addresses"

# ask METHOD [JSON]: an answer as JSON; fails with gRPC's code.
ask() { build/release/ask "$MUSTER_SERVER" "$@"; }
# field PYTHON_EXPRESSION METHOD [JSON]: of the answer, `it`.
field() {
  local answer
  answer=$(ask "${@:2}") || return
  python3 -c 'import json, sys; it = json.loads(sys.argv[2]); print(eval(sys.argv[1]))' "$1" "$answer"
}
is() { local seen && seen=$("${@:2}") && [ "$1" = "$seen" ] || { echo "$seen" && return 1; }; }
gangs="', '.join(sorted(g['namespace'] + '/' + g['name'] for g in it.get('gangs', [])))"

for team in etl adhoc; do
  sed "s/etl/$team/g" deploy/examples/tenant.yaml | kubectl apply --filename - >/dev/null
  create_gang "small" 2 2 1 "team-$team"
  create_gang "big" 2 2 50 "team-$team"
done
big='{"namespace": "team-etl", "name": "big"}'

# --- plain text, on loopback: nobody is asked for a token ---
expect_soon "a gang that waits is explained by the same code as its condition" 20 \
  is "NeverFits" field "it['reason']" Explain "$big"
expect "with the numbers" is "100" field "it['needs'][0]['text']" Explain "$big"
expect "and by the name of its pod" is "big" field "it['gang']['name']" Explain \
  '{"namespace": "team-etl", "name": "big-1"}'
expect_equal "its condition says the same sentence" "$(condition big-0 message team-etl)" \
  "NeverFits: $(field "it['message']" Explain "$big")"
expect_refusal "an unknown gang is NOT_FOUND, by its name" \
  '^5: no gang or pod "nobody" of Muster.s in namespace "team-etl"' ask Explain '{"namespace": "team-etl", "name": "nobody"}'
expect "queues come parents first, with what waits in them" is "[('etl', '1', 'NeverFits')]" field \
  "[(q['path'], q['waiting_gangs'], q['waiting_by_reason'][0]['reason']) for q in it['queues'] if q['path'] == 'etl']" ListQueues
expect_soon "gangs run once their pods do" 20 is "team-adhoc/small, team-etl/small" field "$gangs" \
  ListGangs '{"states": ["running"]}'
expect "nodes are told with what is used" is "(2, 4)" field \
  "len(it['nodes']), sum(q.get('value', 0) for n in it['nodes'] for q in n['used'] if q['resource'] == 'cpu')" ListNodes
expect_refusal "a filter that cannot be is refused by field" '^3: states: "wating": expected one of' \
  ask ListGangs '{"states": ["wating"]}'
expect "decisions are told from the past on" is "start" env ASK_FIRST=1 bash -c \
  "build/release/ask $MUSTER_SERVER WatchDecisions '{\"recent\": 1000, \"gang\": \"team-etl/small\"}' | sed -E 's/.*\"kind\":\"([a-z]+)\".*/\\1/'"
(ASK_FIRST=1 ask WatchDecisions '{"queue": "etl"}' >"$scratch/watched") &
watcher=$!
sleep 0.5
create_gang news 1 1 1 team-etl
expect_soon "and as they happen" 10 grep -q '"gang":"team-etl/news"' "$scratch/watched"
wait "$watcher"

# --- TLS and tokens ---
cluster_certificate() { # NAME: for 127.0.0.1, of the cluster's authority
  make_certificate "$1" /CN=muster serverAuth subjectAltName=IP:127.0.0.1 2>/dev/null
}
cluster_certificate grpc
cp "$cluster_dir"/certs/grpc.{crt,key} "$scratch"
./dev cluster muster stop >/dev/null
expect_refusal "plain text on another address is refused in one line" \
  '^muster: --grpc-insecure: expected a loopback address in --grpc-listen, not 0.0.0.0:1' \
  build/release/muster serve --grpc-insecure --grpc-listen 0.0.0.0:1
MUSTER_GRPC_FLAGS="--grpc-cert $scratch/grpc.crt --grpc-key $scratch/grpc.key" ./dev cluster muster start >/dev/null
export ASK_CA=$cluster_dir/certs/ca.crt
token() { kubectl create token "$2" --namespace "$1"; }
as() { ASK_TOKEN=$1 "${@:2}"; }
etl=$(token team-etl ci) adhoc=$(token team-adhoc ci)
expect_soon "a tenant is told of its own gangs, by the right to view its namespace" 20 \
  is "team-etl/big, team-etl/news, team-etl/small" as "$etl" field "$gangs" ListGangs
expect "also where it names the namespace" is "team-adhoc/big, team-adhoc/small" as "$adhoc" field "$gangs" \
  ListGangs '{"namespace": "team-adhoc"}'
expect_refusal "and of no other's" \
  '^7: system:serviceaccount:team-adhoc:ci may not list gangs.muster.dev in namespace team-etl' \
  as "$adhoc" ask ListGangs '{"namespace": "team-etl"}'
expect_refusal "nor why another's waits" '^7: .* may not get gangs.muster.dev in namespace team-etl' \
  as "$adhoc" ask Explain "$big"
expect "why its own waits it is told" is NeverFits as "$etl" field "it['reason']" Explain "$big"
expect "it sees the queues, and what of its own waits there" is "{'etl': '1', 'adhoc': '0'}" as "$etl" field \
  "{q['path']: q.get('waiting_gangs', '0') for q in it['queues'] if q['path'] in ('etl', 'adhoc')}" ListQueues
expect_refusal "nodes are the operators'" '^7: .* may not list nodes.muster.dev' as "$etl" ask ListNodes
expect_refusal "so is the state" '^7: .* may not get state.muster.dev' as "$etl" ask DumpState
expect_refusal "a watch of another's is refused" '^7: .* may not watch gangs.muster.dev' \
  as "$adhoc" ask WatchDecisions '{"namespace": "team-etl"}'
expect_refusal "an account without rights is told so" '^7: .* may not list gangs.muster.dev' \
  as "$(token default default)" ask ListGangs
expect_refusal "without a token nobody is told anything" '^16: no token' ask ListQueues
expect_refusal "nor with one that is none" '^16: the bearer token is not valid' as nonsense ask ListQueues
kubectl create clusterrolebinding operators --clusterrole muster-operator --serviceaccount default:default >/dev/null
operator=$(token default default)
expect_soon "an operator is told of all" 10 is \
  "team-adhoc/big, team-adhoc/small, team-etl/big, team-etl/news, team-etl/small" as "$operator" field "$gangs" ListGangs
expect "and of the nodes" is 2 as "$operator" field "len(it['nodes'])" ListNodes

# A token as the API server signs them, good until SECONDS from now.
signed() {
  python3 - "$cluster_dir/certs/service-accounts.key" "$1" "$(kubectl get serviceaccount ci --namespace team-etl \
    --output jsonpath='{.metadata.uid}')" <<'PYTHON'
import base64, json, subprocess, sys, time
part = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=")
now, issuer = int(time.time()), "https://kubernetes.default.svc"
claims = {"iss": issuer, "aud": [issuer], "sub": "system:serviceaccount:team-etl:ci",
          "iat": now - 7200, "nbf": now - 7200, "exp": now + int(sys.argv[2]), "kubernetes.io": {
              "namespace": "team-etl", "serviceaccount": {"name": "ci", "uid": sys.argv[3]}}}
text = b".".join(part(json.dumps(of).encode()) for of in ({"alg": "RS256", "typ": "JWT"}, claims))
sign = ["openssl", "dgst", "-sha256", "-sign", sys.argv[1]]
print((text + b"." + part(subprocess.run(sign, input=text, capture_output=True, check=True).stdout)).decode())
PYTHON
}
expect "a token that is still good" is NeverFits as "$(signed 600)" field "it['reason']" Explain "$big"
expect_refusal "is none once it has expired" '^16: the bearer token is not valid, or no longer' \
  as "$(signed -600)" ask Explain "$big"

expect_refusal "plain text is not spoken any more" '^14: ' env -u ASK_CA build/release/ask "$MUSTER_SERVER" ListQueues
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$scratch/new.key" -out "$scratch/new.crt" 2>/dev/null
expect_refusal "who trusts another authority sees a stranger" '^14: ' \
  as "$operator" env ASK_CA="$scratch/new.crt" build/release/ask "$MUSTER_SERVER" ListQueues
mv "$scratch/new.key" "$scratch/grpc.key" && cp "$scratch/new.crt" "$scratch/grpc.crt"
expect_soon "a new certificate is taken up without a restart" 40 \
  as "$operator" env ASK_CA="$scratch/new.crt" build/release/ask "$MUSTER_SERVER" ListQueues

# --- the end ---
export ASK_CA=$scratch/new.crt
(as "$operator" ask WatchDecisions >"$scratch/watched" 2>&1 || true) &
watcher=$!
sleep 0.5
started=$(date +%s%N)
./dev cluster muster stop >/dev/null
expect "with a watcher the daemon stops as soon as without (3 s with the script's own)" \
  test $((($(date +%s%N) - started) / 1000000)) -lt 3000
wait "$watcher"
expect "and the watcher is told" grep -q '^14: ' "$scratch/watched"
expect_equal "by a signal, not a crash" "" "$(grep -E 'CHECK failed|AddressSanitizer|terminate called' "$cluster_dir/logs/muster.log")"
all_hold
