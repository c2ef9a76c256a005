// SPDX-License-Identifier: Apache-2.0
// A pod's entries in all books: node columns, queue usage, its gang's counters.
#include <algorithm>
#include <set>
#include <tuple>

#include "scheduler/state/state.h"

namespace muster {

Footing State::FootingOf(PodId id) const {
  const PodSlot& slot = pods_.at(id);
  const Pod& pod = slot.pod;
  Footing footing;
  footing.role = slot.role;
  footing.gang = slot.footing.gang;
  const bool ours = pod.scheduler_name == scheduler_name_;
  const NodeId node = pod.node_name.empty() ? slot.assumed : nodes_.Find(pod.node_name);
  if (IsTerminal(pod)) {
    footing.standing = !ours                               ? Standing::kNone
                       : pod.phase == PodPhase::kSucceeded ? Standing::kSucceeded
                                                           : Standing::kFailed;
    return footing;
  }
  if (node.valid()) {
    // Bound to a node that is gone: it can run nowhere, and be bound nowhere else.
    const bool stranded = synced_ && !pod.node_name.empty() && !nodes_.present(node);
    footing.node = node;
    footing.standing = !ours ? Standing::kForeign
                       : pod.deleting || slot.given_up || slot.evicting || stranded
                           ? Standing::kDeparting
                       : pod.node_name.empty() ? Standing::kAssumed
                                               : Standing::kBound;
    if (ours) footing.queue = gangs_[footing.gang.value].queue;
    return footing;
  }
  if (!ours) return footing;
  footing.standing = pod.deleting ? Standing::kLeaving
                     : pod.gated  ? Standing::kGated
                                  : Standing::kWaiting;
  footing.faulty = footing.standing == Standing::kWaiting && !pod.config_error.empty();
  return footing;
}

void State::Refoot(PodId id, absl::Time now) {
  PodSlot& slot = pods_.at(id);
  if (!slot.pod.node_name.empty()) nodes_.Reserve(slot.pod.node_name);
  const Footing before = slot.footing;
  const Footing after = FootingOf(id);
  if (before == after) return;
  Leave(id, before);
  slot.footing = after;
  Enter(id, after);
  const bool confirmed = before.standing == Standing::kAssumed &&
                         after.standing == Standing::kBound && before.node == after.node;
  if (confirmed) return;
  changed_ = true;
  // A bind that we did not decide: holds that it hits move.
  const bool decided =
      slot.assumed.valid() || (OnNode(before.standing) && before.node == after.node);
  if (OnNode(after.standing) && !decided && Overfull(after.node)) DropHoldsOn(after.node, now);
  if (!before.gang.valid() || !OnNode(before.standing) || OnNode(after.standing)) return;
  Gang& gang = gangs_[before.gang.value];
  if (after.standing == Standing::kSucceeded) {
    if (gang.promised > 0) --gang.promised;
  } else if (after.standing == Standing::kFailed) {
    MemberLost(&gang, before, now);
  }
}

void State::RefootOn(NodeId node, absl::Time now) {
  std::set<GangId> gangs;
  for (uint32_t i = 0; i < pods_.slots().size(); ++i) {
    const PodId id{i};
    const Footing& footing = pods_.at(id).footing;
    if (!footing.gang.valid() || !OnNode(footing.standing) || footing.node != node) continue;
    Refoot(id, now);
    gangs.insert(footing.gang);
  }
  for (GangId gang : gangs) Settle(gang, now);
}

// Claims are promised the room of pods that are on their way out.
bool State::Overfull(NodeId node) const {
  const auto departing = departing_.find(node);
  for (size_t column = 0; column < resources_.size(); ++column) {
    const auto free = nodes_.free(column);
    if (free.empty()) continue;
    const int64_t leaving = departing == departing_.end() ? 0 : AmountAt(departing->second, column);
    if (free[node.value] + leaving < 0) return true;
  }
  return false;
}

// What is on its way out, by node and by queue.
void State::CountDeparting(const Footing& footing, int64_t count) {
  if (footing.standing != Standing::kDeparting) return;
  CountLeaving(footing.queue, footing.role, footing.node, count);
}

void State::CountLeaving(QueueId queue, RoleId role, NodeId node, int64_t count) {
  const Amounts& each = roles_.at(role).each;
  auto [entry, fresh] = departing_.try_emplace(node);
  AddScaled(&entry->second, each, count);
  if (IsNothing(entry->second)) departing_.erase(entry);
  ChargeLeaving(queue, role, count);
}

void State::ChargeLeaving(QueueId queue, RoleId role, int64_t count) {
  if (queue.valid()) tree_.Charge(queue, roles_.at(role).each, count, Tree::Use::kLeaving);
}

void State::Enter(PodId id, const Footing& footing) {
  if (OnNode(footing.standing)) nodes_.Take(footing.node, roles_.at(footing.role).each, 1);
  if (!footing.gang.valid()) return;
  UseChanged();
  changes_.Add({footing.gang, id});
  if (footing.queue.valid()) {
    Charge(gangs_[footing.gang.value], footing.role, 1, Tree::Use::kUsed);
  }
  CountDeparting(footing, 1);
  CountMember(id, footing, 1);
}

void State::Leave(PodId id, const Footing& footing) {
  if (OnNode(footing.standing)) nodes_.Take(footing.node, roles_.at(footing.role).each, -1);
  if (!footing.gang.valid()) return;
  UseChanged();
  changes_.Add({footing.gang, id});
  if (footing.queue.valid()) {
    Charge(gangs_[footing.gang.value], footing.role, -1, Tree::Use::kUsed);
  }
  CountDeparting(footing, -1);
  CountMember(id, footing, -1);
}

bool State::ArrivedBefore(PodId a, PodId b) const {
  const Pod& x = pods_.at(a).pod;
  const Pod& y = pods_.at(b).pod;
  return std::tie(x.created, x.name, x.uid) < std::tie(y.created, y.name, y.uid);
}

// Where the pod stands, or is to stand, among the waiting; the last one first, since pods come in
// order of arrival, and a start takes them off from the end.
std::vector<PodId>::const_iterator State::PlaceInLine(const Gang& gang, PodId id) const {
  const std::vector<PodId>& line = gang.waiting;
  if (line.empty() || ArrivedBefore(line.back(), id)) return line.end();
  if (line.back() == id) return line.end() - 1;
  return std::lower_bound(line.begin(), line.end(), id,
                          [this](PodId a, PodId b) { return ArrivedBefore(a, b); });
}

void State::TakeFromLine(Gang* gang, PodId id) {
  auto at = PlaceInLine(*gang, id);
  // A world that changes a pod's name or creation time under its UID moves it in the line.
  const bool there = at != gang->waiting.end() && *at == id;
  if (!there) at = std::find(gang->waiting.cbegin(), gang->waiting.cend(), id);
  gang->waiting.erase(at);
}

void State::CountMember(PodId id, const Footing& footing, int32_t by) {
  Gang& gang = gangs_[footing.gang.value];
  PodSlot& slot = pods_.at(id);
  switch (footing.standing) {
    case Standing::kWaiting:
      if (by > 0) {
        gang.waiting.insert(PlaceInLine(gang, id), id);
      } else {
        TakeFromLine(&gang, id);
      }
      gang.faulty += footing.faulty ? by : 0;
      break;
    case Standing::kAssumed:
      gang.bound += by;
      if (slot.accepted) gang.accepted += by;
      if (by < 0) slot.accepted = false;
      break;
    case Standing::kBound:
      gang.bound += by;
      gang.accepted += by;
      gang.ever += by;
      break;
    case Standing::kSucceeded: gang.succeeded += by; [[fallthrough]];
    case Standing::kFailed:
    case Standing::kDeparting:
      if (!slot.given_up) gang.ever += by;  // a start that was given up has not been
      break;
    case Standing::kNone:
    case Standing::kForeign:
    case Standing::kGated:
    case Standing::kLeaving: break;
  }
}

void State::TakeRoom(NodeId node, RoleId role, int64_t count) {
  nodes_.Take(node, roles_.at(role).each, count);
}

void State::Charge(const Gang& gang, RoleId role, int64_t count, Tree::Use use) {
  if (!gang.queue.valid()) return;
  const Amounts& each = roles_.at(role).each;
  tree_.Charge(gang.queue, each, count, use);
  user_books_.Charge(tree_, gang.queue, gang.user, each, count);
  Amounts& all = user_use_.of(gang.leaf_user);
  if (tree_.half_life().on()) {
    const std::string& leaf = tree_.at(gang.queue).path;
    user_past_.Advance(tree_.half_life(), leaf, gang.user, all, tree_.now());
  }
  AddScaled(&all, each, count);
}

void State::CountRunning(const Gang& gang, int32_t by) {
  if (!gang.queue.valid()) return;
  tree_.CountRunning(gang.queue, by);
  user_books_.CountRunning(tree_, gang.queue, gang.user, by);
}

Share State::UserShare(const Gang& gang) const {
  const Amounts& use = user_use_.of(gang.leaf_user);
  if (!tree_.half_life().on()) return DominantShare(use, tree_.total(), 1);
  const AverageUse past =
      user_past_.At(tree_.half_life(), tree_.at(gang.queue).path, gang.user, use, tree_.now());
  Amounts amounts = use;
  amounts.resize(std::max(amounts.size(), past.parts.size()), 0);
  for (size_t i = 0; i < amounts.size(); ++i) {
    amounts[i] = SaturatingAdd(amounts[i], past.Rounded(i));
  }
  return DominantShare(amounts, tree_.total(), 1);
}

RoomColumns& State::rooms(RoleId role) {
  std::deque<RoomColumns>& rooms = derived_.rooms;
  if (rooms.size() <= role.value) rooms.resize(role.value + 1);
  return rooms[role.value];
}

}  // namespace muster
