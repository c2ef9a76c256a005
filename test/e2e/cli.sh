#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The commands that ask the daemon, against a real one: what they say, in which form, and their exit
# codes.
# cluster: --nodes 4
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

need_cluster cli --nodes 4
muster=${MUSTER_BINARY:-build/release/muster}
# field PATH COMMAND...: a value of its JSON, as Python writes it.
field() { "${@:2}" | python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
field_is() { [ "$(field "$1" "${@:3}")" = "$2" ] || { field "$1" "${@:3}" && return 1; }; }
# ends_with CODE COMMAND...: says what it says.
ends_with() {
  local code=0
  "${@:2}" || code=$?
  [ "$code" -eq "$1" ] || { echo "exit code $code" && return 1; }
}

create_gang runs 10 10 4
expect_soon "a gang is bound" 10 is_bound runs 10
create_gang waits 8 8 4
expect_soon "one that lacks room waits" 10 condition_says waits-0 'gang needs 32 cpu'

# --- queues, gangs ---
expect "queues shows the tree with use" says '^default +cpu +40 ' "$muster" queues
expect "in JSON, with the fields of the proto" field_is "['queues'][0]['waiting_gangs']" 1 "$muster" queues --under default -o json
expect "gangs lists what runs" says '^default/runs +default +running +10/10' "$muster" gangs
expect "and what waits, with its reason" says '^default/waits +default +waiting +0/8.*CapacityShort' "$muster" gangs
expect_equal "filters hold" "default/waits" "$("$muster" gangs --state waiting | awk 'NR > 1 {print $1}')"
expect_equal "in other namespaces there are none" "no gangs" "$("$muster" gangs -n kube-system)"

# --- explain ---
reason=$(field "['reason']" "$muster" explain default/waits -o json)
expect "explain names a reason" grep -Eq '^CapacityShort$' <<<"$reason"
expect "the same on top of the JSON as in the gang" field_is "['gang']['reason']" "$reason" "$muster" explain default/waits -o json
expect "with a message that has numbers" grep -Eq '[0-9]+ cpu' <<<"$(field "['message']" "$muster" explain default/waits -o json)"
expect "a position" grep -Eq '^[0-9]+$' <<<"$(field "['position']" "$muster" explain default/waits -o json)"
expect "and what it needs" field_is "['needs'][0]['text']" 32 "$muster" explain default/waits -o json
expect "a pod's name finds its gang" field_is "['gang']['name']" waits "$muster" explain default/waits-3 -o json
expect "the text says why" says "^Why +$reason" "$muster" explain default/waits
expect "YAML has the same" says "^reason: $reason" "$muster" explain default/waits -o yaml

# --- top, decisions, names ---
expect "top in a pipe prints once" says '^default/waits' "$muster" top
expect "decisions has the start of the gang" says 'start +default/runs' "$muster" decisions
expect "one of them by its filter" says 'default/runs' "$muster" decisions --gang default/runs -o json
ln -s "$(realpath "$muster")" "$scratch/kubectl-muster"
PATH=$scratch:$PATH
expect "it is a plugin of kubectl" says '^default +cpu' kubectl muster queues
expect "which says so in its help" says '^usage: kubectl muster' kubectl muster help

# --- the state, and what another config would do with it; cost ---
"$muster" dump --file "$scratch/state.yaml"
expect "a dump has the waiting gang" grep -q 'name: waits' "$scratch/state.yaml"
printf 'queues:\n- {name: default, max: {cpu: 8}}\n' >"$scratch/less.yaml"
expect "a dump of the daemon previews another config" says 'default' "$muster" check "$scratch/less.yaml" --against "$scratch/state.yaml"
expect "and goes on with it in a simulation" says '^gangs that wait to the end +1 +1' "$muster" simulate --dump "$scratch/state.yaml" --config "$scratch/less.yaml"
expect "cost has the queue's core-seconds" says '^default,cpu,[1-9]' "$muster" cost --output csv

# --- the time machine: of a daemon that ended, and of one that was killed ---
./dev cluster muster stop >/dev/null
export MUSTER_SERVE_FLAGS="--record $scratch/trace"
./dev cluster muster start >/dev/null
remove_work runs
expect_soon "the daemon, which records now, binds what waited" 15 is_bound waits 8
./dev cluster muster stop >/dev/null
expect "its trace is decided again, and every plan agrees" says '^([1-9][0-9]*) of \1 plans agree' "$muster" replay "$scratch/trace"
expect "another config is tried on that time" says '^gangs that wait to the end +0 +1' \
  "$muster" simulate --trace "$scratch/trace" --config "$scratch/less.yaml"
./dev cluster muster start >/dev/null
create_gang more 2 2 1
expect_soon "another gang is bound" 15 is_bound more 2
written() { [ "$(find "$scratch/trace" -name '*.trace' -size +0 | wc -l)" -eq 2 ]; }
expect_soon "and written about" 15 written
./dev cluster muster kill >/dev/null
expect_refusal "of a daemon that was killed all plans agree as far as they are there" 'is cut after byte' \
  "$muster" replay "$scratch/trace"
expect "which is exit code 4" ends_with 4 "$muster" replay "$scratch/trace"
export MUSTER_SERVE_FLAGS=
./dev cluster muster start >/dev/null

# --- what goes wrong ---
expect_refusal "an unknown gang has a suggestion" 'did you mean default/waits' "$muster" explain default/wiats
expect "and exit code 3" ends_with 3 "$muster" explain default/wiats
expect "an unknown queue, too" ends_with 3 "$muster" gangs --queue defautl
expect "a daemon that is not there is 6" ends_with 6 "$muster" queues --server 127.0.0.1:1
expect "a mistyped command is 2" ends_with 2 "$muster" queus
all_hold
