// SPDX-License-Identifier: Apache-2.0
// What follows for a gang when its members or its room change: the state machine of model/gang.h.
#include <algorithm>

#include "scheduler/model/check.h"
#include "scheduler/state/state.h"

namespace muster {

namespace {

// A driver's minimum is what its conf says, once that is read.
bool SizeKnown(const Gang& gang) { return !gang.driver.valid() || gang.forecast.has_value(); }

bool AllBindsAreSeen(const Pods& pods, const Gang& gang) {
  return std::none_of(gang.members.begin(), gang.members.end(), [&pods](PodId member) {
    return pods.at(member).footing.standing == Standing::kAssumed;
  });
}

bool HasBegun(const PodSlot& slot) {
  return slot.footing.standing == Standing::kBound ||
         (slot.footing.standing == Standing::kDeparting && !slot.given_up &&
          !slot.pod.node_name.empty());
}

}  // namespace

int32_t State::Deficit(const Gang& gang) const {
  if (gang.state != GangState::kStarted || gang.evicted) return 0;
  const int32_t missing =
      gang.promised - gang.bound - HeldMembers(gang) - static_cast<int32_t>(gang.repairs.size());
  return std::max(missing, 0);
}

// Every change of a gang's state goes through here: it counts as running from its first bind to its
// end.
void State::Become(Gang* gang, GangState next) {
  gang->state = next;
  changes_.Add({gang->id, {}});
  CountBegun(gang);
}

void State::CountBegun(Gang* gang) {
  const bool begun = gang->state == GangState::kStarting || gang->state == GangState::kStarted;
  const bool counts = begun && gang->queue.valid();
  if (counts == gang->counted) return;
  gang->counted = counts;
  CountRunning(*gang, counts ? 1 : -1);
}

void State::Settle(GangId id, absl::Time now) {
  Gang& gang = gangs_[id.value];
  if (gang.members.empty()) {
    Forget(id);
    return;
  }
  if (!synced_) return;
  if (gang.state != GangState::kEnded && HasEnded(gang)) {
    RecordRun(gang, now);
    End(&gang);
  }
  if (gang.evicted && !gang.driver.valid()) ComeBack(&gang);
  Advance(&gang, now);
  RemindOfStarving(gang, now);
  if (gang.state == GangState::kStarted) {
    if (!gang.full && SizeKnown(gang) && gang.bound >= gang.minimum) {
      gang.full = true;
      gang.promised = std::min(gang.promised, gang.floor);
    }
    TrimHolds(&gang);
  }
  if (const bool looks = LooksUnstarted(gang); looks != gang.looks_unstarted) {
    gang.looks_unstarted = looks;
    memory_changed_ = true;
    memory_presses_ = memory_presses_ || looks;
  }
  if (unseen_.contains(id) && AllBindsAreSeen(pods_, gang)) {
    unseen_.erase(id);
    changed_ = true;
  }
  Touch(id);
}

void State::Advance(Gang* gang, absl::Time now) {
  if (gang->state == GangState::kWaiting && gang->bound > 0) {
    // Bound without a start of ours: a restart, or somebody else's bind.
    Become(gang, GangState::kStarting);
  }
  if (gang->state != GangState::kStarting) return;
  if (gang->began == absl::InfiniteFuture()) gang->began = now;
  RemindOfMinRuntime(*gang);
  ExpectEnd(gang, now);
  if (gang->accepted > 0 && gang->first_bind == absl::InfiniteFuture()) {
    gang->first_bind = now;
    Remind(gang->id, now + kHalfBoundLimit);
    if (gang->refusals > 0) changed_ = true;  // it may have to be released now
  }
  const bool driver_in = gang->driver.valid() && HasBegun(pods_.at(gang->driver));
  const bool whole = gang->bound == gang->accepted && gang->bound >= gang->minimum;
  const bool once_whole = gang->minimum > 0 && gang->ever >= gang->minimum;
  if (driver_in || (SizeKnown(*gang) && (whole || once_whole))) {
    Start(gang, now);
  } else if (gang->bound == 0) {
    GiveUpStart(gang, now);
  }
}

void State::Start(Gang* gang, absl::Time now) {
  Become(gang, GangState::kStarted);
  gang->refusals = 0;
  gang->releases = 0;
  gang->backoff_until = absl::InfinitePast();
  // Those who wait are growth now; a hold that was lost meanwhile is to be found again.
  if (!gang->waiting.empty() || Deficit(*gang) > 0) changed_ = true;
  if (gang->promised > 0) return;  // our own start promised the minimum
  changed_ = true;
  Promise(gang, now);
}

bool State::HasEnded(const Gang& gang) const {
  if (gang.driver.valid()) return IsTerminal(pods_.at(gang.driver).pod);
  return std::all_of(gang.members.begin(), gang.members.end(),
                     [this](PodId member) { return IsTerminal(pods_.at(member).pod); });
}

void State::End(Gang* gang) {
  Become(gang, GangState::kEnded);
  gang->promised = 0;
  DropHolds(gang);
  DropClaim(gang);
  changed_ = true;
}

void State::Forget(GangId id) {
  Gang& gang = gangs_[id.value];
  Become(&gang, GangState::kEnded);
  DropHolds(&gang);
  DropClaim(&gang);
  user_use_.Quit(gang.leaf_user, gang.queue, gang.user);
  auto entry = gang_by_key_.find(gang.key);
  if (entry != gang_by_key_.end() && entry->second == id) gang_by_key_.erase(entry);
  attention_.erase(id);
  running_.Update(gang, false, false);
  derived_.start_shapes.Forget(id);
  derived_.backlog.Changed(id);
  gang = Gang();
  unused_gangs_.push_back(id);
}

void State::GiveUpStart(Gang* gang, absl::Time now) {
  Become(gang, GangState::kWaiting);
  gang->first_bind = absl::InfiniteFuture();
  gang->began = gang->ends = absl::InfiniteFuture();
  gang->passed.clear();
  gang->promised = 0;
  gang->refusals = 0;
  for (PodId member : gang->members) pods_.at(member).refusals = 0;
  DropHolds(gang);
  AssignQueue(gang);  // the config may have changed meanwhile
  BackOff(gang, now);
  changed_ = true;
}

void State::BackOff(Gang* gang, absl::Time now) {
  absl::Duration wait = kBackoff;
  for (int32_t i = 0; i < gang->releases && wait < kLongestBackoff; ++i) wait *= 2;
  ++gang->releases;
  gang->backoff_until = now + std::min(wait, kLongestBackoff);
  Remind(gang->id, gang->backoff_until);
}

void State::SeeExecutor(Gang* gang, PodId id, absl::Time now) {
  const RoleId role = pods_.at(id).footing.role;
  if (!gang->executor_seen) {
    gang->executor_seen = true;
    if (gang->executor != role) {
      // The first real executor replaces the forecast; its room is planned anew.
      for (const HoldSlot& slot : gang->holds) {
        CountHeld(*gang, gang->executor, slot.node, -slot.count);
      }
      gang->holds.clear();
      gang->executor = role;
      changed_ = true;
    }
  }
  if (gang->driver_runs && gang->holds_until > now) {
    gang->holds_until = now + kMemberHold;
    Remind(gang->id, gang->holds_until);
  }
}

void State::MemberLost(Gang* gang, const Footing& footing, absl::Time now) {
  changed_ = true;
  if (gang->state != GangState::kStarted || HasEnded(*gang)) return;
  if (!nodes_.present(footing.node) || Deficit(*gang) == 0) return;
  AddRepair(gang, RepairHold{footing.role, footing.node, now + kRepairGrace});
  if (Overfull(footing.node)) {
    // Others have filled the node: there is no room to keep.
    DropRepair(gang, gang->repairs.size() - 1);
    return;
  }
  Remind(gang->id, now + kRepairGrace);
}

void State::AddHold(Gang* gang, const HoldSlot& slot) {
  CountHeld(*gang, gang->executor, slot.node, slot.count);
  for (HoldSlot& held : gang->holds) {
    if (held.node == slot.node) {
      held.count += slot.count;
      return;
    }
  }
  gang->holds.push_back(slot);
}

void State::AddRepair(Gang* gang, const RepairHold& repair) {
  CountHeld(*gang, repair.role, repair.node, 1);
  gang->repairs.push_back(repair);
}

void State::DropRepair(Gang* gang, size_t index) {
  const RepairHold repair = gang->repairs[index];
  CountHeld(*gang, repair.role, repair.node, -1);
  gang->repairs.erase(gang->repairs.begin() + static_cast<std::ptrdiff_t>(index));
  changed_ = true;
}

void State::DropHolds(Gang* gang) {
  for (const HoldSlot& slot : gang->holds) {
    CountHeld(*gang, gang->executor, slot.node, -slot.count);
    changed_ = true;
  }
  gang->holds.clear();
  while (!gang->repairs.empty()) DropRepair(gang, gang->repairs.size() - 1);
}

void State::DropHoldsOn(NodeId node, absl::Time) {
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    const bool claims = std::any_of(gang.claim.begin(), gang.claim.end(),
                                    [node](const ClaimSlot& slot) { return slot.node == node; });
    if (claims) DropClaim(&gang);
    for (size_t i = gang.holds.size(); i > 0; --i) {
      const HoldSlot slot = gang.holds[i - 1];
      if (slot.node != node) continue;
      CountHeld(gang, gang.executor, node, -slot.count);
      gang.holds.erase(gang.holds.begin() + static_cast<std::ptrdiff_t>(i - 1));
      changed_ = true;
      Touch(gang.id);
    }
    for (size_t i = gang.repairs.size(); i > 0; --i) {
      if (gang.repairs[i - 1].node != node) continue;
      DropRepair(&gang, i - 1);
      Touch(gang.id);
    }
  }
}

void State::TrimHolds(Gang* gang) {
  int32_t surplus = gang->bound + HeldMembers(*gang) + static_cast<int32_t>(gang->repairs.size()) -
                    std::max(gang->promised, gang->bound);
  while (surplus > 0 && !gang->repairs.empty()) {
    DropRepair(gang, gang->repairs.size() - 1);
    --surplus;
  }
  while (surplus > 0 && !gang->holds.empty()) {
    HoldSlot& slot = gang->holds.back();
    const int32_t drop = std::min(surplus, slot.count);
    CountHeld(*gang, gang->executor, slot.node, -drop);
    slot.count -= drop;
    surplus -= drop;
    if (slot.count == 0) gang->holds.pop_back();
    changed_ = true;
  }
}

void State::Touch(GangId id) {
  derived_.start_shapes.Forget(id);
  derived_.backlog.Changed(id);
  const Gang& gang = gangs_[id.value];
  const bool wants =
      gang.id.valid() && gang.state != GangState::kEnded &&
      (!gang.waiting.empty() || gang.state == GangState::kStarting || Deficit(gang) > 0);
  if (wants) {
    attention_.insert(id);
  } else {
    attention_.erase(id);
  }
  if (!gang.id.valid()) return;
  const bool runs = gang.state == GangState::kStarted && gang.queue.valid() && !gang.evicted;
  running_.Update(gang, runs, runs && gang.bound > std::max(gang.promised, 1));
}

void State::Assume(const Plan& plan, absl::Time now) {
  if (synced_) tree_.Advance(now);
  for (const Step& step : plan.steps) {
    Gang& gang = gangs_[step.gang.value];
    if (step.kind == StepKind::kStart) {
      DropClaim(&gang);
      Become(&gang, GangState::kStarting);
      gang.first_bind = absl::InfiniteFuture();
      gang.short_since = absl::InfiniteFuture();
      gang.promised = gang.minimum;
      gang.full = false;
      gang.holds_until = absl::InfiniteFuture();
      if (step.passed.valid()) gang.passed = gangs_[step.passed.value].opener_uid;
    }
    // The oldest last: members leave the line of those waiting from its end.
    for (size_t i = step.placements.size(); i > 0; --i) {
      const Placement& placement = step.placements[i - 1];
      PodSlot& slot = pods_.at(placement.pod);
      if (placement.from_hold) UseHold(&gang, slot.footing.role, placement.node);
      slot.assumed = placement.node;
      slot.accepted = false;
      Refoot(placement.pod, now);
    }
    for (const HoldSlot& slot : step.holds) AddHold(&gang, slot);
    Settle(step.gang, now);
  }
  for (GangId id : plan.releases) {
    Gang& gang = gangs_[id.value];
    const std::vector<PodId> members = gang.members;
    for (PodId member : members) {
      if (!OnNode(pods_.at(member).footing.standing)) continue;
      pods_.at(member).given_up = true;
      Refoot(member, now);
    }
    GiveUpStart(&gang, now);
    Touch(id);
  }
  for (const Claim& claim : plan.claims) AssumeClaim(claim, now);
  unseen_ = plan.unseen;
  NoteShortages(plan, now);
}

void State::UseHold(Gang* gang, RoleId role, NodeId node) {
  for (size_t i = 0; i < gang->repairs.size(); ++i) {
    if (gang->repairs[i].node == node && gang->repairs[i].role == role) {
      DropRepair(gang, i);
      return;
    }
  }
  for (size_t i = 0; i < gang->holds.size(); ++i) {
    HoldSlot& slot = gang->holds[i];
    if (slot.node != node) continue;
    CountHeld(*gang, gang->executor, node, -1);
    if (--slot.count == 0) gang->holds.erase(gang->holds.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
  MUSTER_CHECK(false);  // the plan names a hold that the state does not have
}

}  // namespace muster
