#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sharing on a real API server: order, priorities, limits, reclaim and changed queues. Names of
# cases as in test/scenarios/ (README.md there has the table).
# cluster: --nodes 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash
source test/e2e/lib/work.bash
source test/e2e/lib/own_cluster.bash

need_cluster sharing --nodes 1
# work NAME QUEUE COUNT MINIMUM [PRIORITY_CLASS]: pods of 1 cpu, of which 16 fill the node.
work() {
  pods "$1" "$3" 1 "\"muster.dev/gang\":\"$1\",\"muster.dev/queue\":\"$2\"" "\"muster.dev/gang-min\":\"$4\"" |
    sed "s/\"schedulerName\"/${5:+\"priorityClassName\":\"$5\",}&/g" | kubectl create --filename - >/dev/null
}
waits() { condition_says "$1-0" "$2" && is_bound "$1" 0; }
clear_work() {
  local name
  for name in "$@"; do remove_work "$name"; done
  for name in "$@"; do expect_soon "$name is gone" 15 is_bound "$name" 0; done
}
expect_soon "the daemon is ready" 20 says '^ok: leads, synced' ready
kubectl create priorityclass high --value 1000 >/dev/null
kubectl create priorityclass polite --value 2000 --preemption-policy Never >/dev/null
config 'queues:
- name: strict
- {name: fair, order: fair}
- {name: capped, max: {cpu: 8}}
- {name: person, users: {default: {maxRunning: 1}}}'

# --- order ---
work running strict 10 10
expect_soon "a gang runs" 15 is_bound running 10
work head strict 8 8
expect_soon "the next one lacks room" 10 waits head 'gang needs 8 cpu'
work small strict 2 2
expect_soon "B07: behind a strict head who would fit waits" 10 waits small 'behind default/head'
clear_work running head small
work running fair 10 10
expect_soon "the same in a fair queue" 15 is_bound running 10
work head fair 8 8
expect_soon "its next one lacks room" 10 waits head 'gang needs 8 cpu'
work small fair 2 2
expect_soon "B08: who fits starts" 10 is_bound small 2

# --- preemption ---
work polite fair 8 8 polite
expect_soon "D23: who never preempts waits" 10 waits polite 'gang needs 8 cpu'
expect_equal "and nobody is evicted for it" 10 "$(bound running)"
clear_work polite head
work urgent fair 16 16 high
expect_soon "D02, D08: for a gang of higher priority others go whole" 20 is_bound urgent 16
expect_equal "both" "0 0" "$(bound running) $(bound small)"
work equal fair 2 2 high
expect_soon "D14: equal priority takes nothing" 10 waits equal 'gang needs 2 cpu'
expect_equal "from anybody" 16 "$(bound urgent)"
clear_work equal urgent
work elastic fair 16 4
expect_soon "a gang grows beyond its minimum" 15 is_bound elastic 16
work urgent fair 4 4 high
expect_soon "D10: its surplus makes room" 20 is_bound urgent 4
expect_equal "and no more than that" 12 "$(bound elastic)"
clear_work urgent

# --- reclaim ---
work owed strict 6 6
expect_soon "E01: a queue that is owed room has it" 20 is_bound owed 6
expect "the other keeps the rest" is_bound elastic 10
clear_work owed elastic

# --- limits ---
work never capped 9 9
expect_soon "E19: more than a queue's max never starts, and says so" 10 waits never 'max of queue capped allows 8'
clear_work never
work full capped 8 8
expect_soon "what fits it does" 15 is_bound full 8
work more capped 1 1
expect_soon "E28: and then no more" 10 waits more 'queue capped: 8 of 8 cpu used'
work first person 1 1
expect_soon "a user's first gang runs" 15 is_bound first 1
work second person 1 1
expect_soon "F01: the second one is above the user's limit" 10 waits second 'user default/default in queue person'

# --- changed queues ---
config 'queues:
- {name: strict, state: draining}
- {name: fair, order: fair}
- {name: capped, max: {cpu: 4}}
- {name: person, users: {default: {maxRunning: 2}}}'
expect_soon "F02: a raised limit starts who waits, without a restart" 10 is_bound second 1
clear_work more
work again capped 1 1
expect_soon "E23: a max that is cut below what runs" 10 waits again 'queue capped: 8 of 4 cpu used'
expect_equal "evicts nobody" 8 "$(bound full)"
work late strict 1 1
expect_soon "F11: a queue that drains starts nothing" 10 waits late 'queue strict takes no new work'
config 'queues:
- {name: fair, order: fair}'
expect_equal "F08: what runs in a queue that is gone runs on" "8 1" "$(bound full) $(bound first)"
./dev cluster muster kill >/dev/null && ./dev cluster muster start >/dev/null
expect_soon "after a restart, too, it is counted" 20 metric_is 'muster_queue_used{queue="capped",resource="cpu"}' 8
expect_equal "and not killed" "8 1" "$(bound full) $(bound first)"
all_hold
