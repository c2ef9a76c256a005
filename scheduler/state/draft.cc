// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/draft.h"

namespace muster {

void Draft::Take(const Gang& gang, RoleId role, NodeId node, int32_t count, Tree::Use use) {
  log_.push_back(Entry{gang.id, role, node, count, use});
  Apply(log_.back(), 1);
}

void Draft::Promise(const Gang& gang, RoleId role, int32_t count) {
  Take(gang, role, NodeId{}, count, Tree::Use::kHeld);
}

void Draft::Leave(const Gang& gang, RoleId role, int32_t count) {
  log_.push_back(Entry{gang.id, role, NodeId{}, count, Tree::Use::kLeaving});
  Apply(log_.back(), 1);
}

void Draft::Begin(const Gang& gang) {
  log_.push_back(Entry{gang.id, RoleId{}, NodeId{}, 1, Tree::Use::kUsed});
  Apply(log_.back(), 1);
}

void Draft::Finish(const Gang& gang) {
  log_.push_back(Entry{gang.id, RoleId{}, NodeId{}, -1, Tree::Use::kUsed});
  Apply(log_.back(), 1);
}

void Draft::Withhold(NodeId node, const Amounts& amounts, int32_t times) {
  log_.push_back(Entry{GangId{}, RoleId{}, node, times, Tree::Use::kUsed});
  withheld_.push_back(amounts);
  Apply(log_.back(), 1);
}

void Draft::Apply(const Entry& entry, int32_t sign) {
  if (entry.node.valid() && !entry.role.valid()) {
    return state_.TakeAmounts(entry.node, withheld_.back(), sign * entry.count);
  }
  const Gang& gang = state_.gang(entry.gang);
  if (!entry.role.valid()) return state_.CountRunning(gang, sign * entry.count);
  if (entry.use == Tree::Use::kLeaving) {
    state_.ChargeLeaving(gang.queue, entry.role, sign * entry.count);
    return;
  }
  if (entry.node.valid()) state_.TakeRoom(entry.node, entry.role, sign * entry.count);
  state_.Charge(gang, entry.role, sign * entry.count, entry.use);
}

void Draft::UndoTo(size_t mark) {
  while (log_.size() > mark) {
    const Entry& last = log_.back();
    Apply(last, -1);
    if (last.node.valid() && !last.role.valid()) withheld_.pop_back();
    log_.pop_back();
  }
}

}  // namespace muster
