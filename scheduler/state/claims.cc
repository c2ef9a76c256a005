// SPDX-License-Identifier: Apache-2.0
// Room that evictions free: a claim counts on its nodes and on its gang's queue from the decision
// on, so that nobody else takes the room when the victims go; Spark replaces a lost executor within
// a second.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

void State::SetClaim(Gang* gang, std::vector<ClaimSlot> room, absl::Time until) {
  DropClaim(gang);
  gang->claim = std::move(room);
  if (!gang->claim.empty()) claimed_.insert(gang->id);
  gang->claim_until = until;
  for (const ClaimSlot& slot : gang->claim) {
    TakeRoom(slot.node, slot.role, slot.count);
    Charge(*gang, slot.role, slot.count, Tree::Use::kHeld);
  }
  Remind(gang->id, until);
}

void State::DropClaim(Gang* gang) {
  for (const ClaimSlot& slot : gang->claim) {
    TakeRoom(slot.node, slot.role, -slot.count);
    Charge(*gang, slot.role, -slot.count, Tree::Use::kHeld);
    changed_ = true;
  }
  gang->claim.clear();
  claimed_.erase(gang->id);
  gang->victims.clear();
  gang->claim_until = absl::InfiniteFuture();
}

// Every hold and repair goes through here. Those of a gang that is being evicted are on their way
// out like its pods: their room is the claimant's with the pods' and not before.
void State::CountHeld(const Gang& gang, RoleId role, NodeId node, int32_t count) {
  changes_.Add({gang.id, {}});
  TakeRoom(node, role, count);
  Charge(gang, role, count, Tree::Use::kHeld);
  if (gang.evicted) CountLeaving(gang.queue, role, node, count);
}

void State::SetEvicted(Gang* gang, bool evicted) {
  if (gang->evicted == evicted) return;
  const int32_t sign = evicted ? 1 : -1;
  for (const HoldSlot& slot : gang->holds) {
    CountLeaving(gang->queue, gang->executor, slot.node, sign * slot.count);
  }
  for (const RepairHold& repair : gang->repairs) {
    CountLeaving(gang->queue, repair.role, repair.node, sign);
  }
  gang->evicted = evicted;
}

// Of a gang that was evicted whole, with the last of the evicted gone, what its owner makes anew
// waits again. A driver does not come back: its executors end with it.
void State::ComeBack(Gang* gang) {
  const bool still_there =
      std::any_of(gang->members.begin(), gang->members.end(),
                  [this](PodId id) { return OnNode(pods_.at(id).footing.standing); });
  if (still_there || gang->state == GangState::kEnded) return;
  DropHolds(gang);
  gang->evicted = false;
  Become(gang, GangState::kWaiting);
  gang->first_bind = gang->began = gang->ends = absl::InfiniteFuture();
  gang->passed.clear();
  gang->promised = 0;
  gang->full = false;
  AssignQueue(gang);
  changed_ = true;
}

std::vector<State::KeptClaim> State::TakeClaims() {
  std::vector<KeptClaim> claims;
  const std::vector<GangId> claimed(claimed_.begin(), claimed_.end());
  for (GangId id : claimed) {
    Gang& gang = gangs_[id.value];
    claims.push_back({id, gang.queue.valid() ? tree_.at(gang.queue).path : "", gang.claim,
                      gang.victims, gang.claim_until});
    DropClaim(&gang);
  }
  return claims;
}

// To the gangs that are still in the same queue.
void State::ReturnClaims(const std::vector<KeptClaim>& claims) {
  for (const KeptClaim& claim : claims) {
    Gang& gang = gangs_[claim.gang.value];
    const bool same = gang.queue.valid() && tree_.at(gang.queue).path == claim.path &&
                      gang.refusal.code == ReasonCode::kNone;
    if (!same) continue;
    SetClaim(&gang, claim.room, claim.until);
    gang.victims = claim.victims;
  }
}

void State::AssumeClaim(const Claim& claim, absl::Time now) {
  absl::Duration grace;
  std::vector<PodId> leaving;
  for (GangId from : claim.inherited) {
    Gang& heir = gangs_[from.value];
    leaving.insert(leaving.end(), heir.victims.begin(), heir.victims.end());
    DropClaim(&heir);
  }
  for (PodId pod : leaving) pods_.at(pod).evicted_for = claim.gang;
  for (const Victim& victim : claim.victims) {
    const Gang& gang = gangs_[victim.gang.value];
    SendAway(victim, claim.gang, now);
    for (PodId pod : victim.pods) grace = std::max(grace, pods_.at(pod).pod.grace);
    leaving.insert(leaving.end(), victim.pods.begin(), victim.pods.end());
    if (gang.queue.valid()) evictions_.push_back({tree_.at(gang.queue).path, now});
  }
  Gang& gang = gangs_[claim.gang.value];
  SetClaim(&gang, claim.room, now + grace + kClaimGrace);
  gang.victims = std::move(leaving);
}

void State::SendAway(const Victim& victim, GangId claimant, absl::Time now) {
  if (victim.whole) SetEvicted(&gangs_[victim.gang.value], true);
  for (PodId pod : victim.pods) {
    PodSlot& slot = pods_.at(pod);
    slot.evicting = true;
    changes_.Add({victim.gang, pod});
    slot.evicted_for = claimant;
    Refoot(pod, now);
  }
  Settle(victim.gang, now);
}

void State::On(const EvictionRefused& event, absl::Time now) {
  for (const std::string& uid : event.uids) {
    const PodId id = pods_.Find(uid);
    if (!id.valid() || !pods_.at(id).evicting) continue;
    PodSlot& slot = pods_.at(id);
    const GangId claimant = slot.evicted_for;
    slot.evicting = false;
    changes_.Add({slot.footing.gang, id});
    slot.evicted_for = GangId{};
    Gang& gang = gangs_[slot.footing.gang.value];
    // Executors go with a driver that goes, whatever is said of one of them.
    const bool driver_goes = gang.driver.valid() && gang.driver != id &&
                             pods_.at(gang.driver).footing.standing == Standing::kDeparting;
    if (!driver_goes) SetEvicted(&gang, false);
    if (event.code != 0) {
      gang.spared_until = now + kSpared;
      Remind(gang.id, gang.spared_until);
    }
    Refoot(id, now);
    Settle(gang.id, now);
    if (claimant.valid()) DropClaim(&gangs_[claimant.value]);
  }
  changed_ = true;
  memory_changed_ = true;  // no later daemon is to end it
}

// Driver's role first, executors' last; else in the order of arrival.
std::vector<RoleId> State::RolesOf(const Gang& gang) const {
  std::vector<RoleId> roles;
  const auto add = [&roles](RoleId role) {
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  };
  if (gang.driver.valid()) add(pods_.at(gang.driver).footing.role);
  for (PodId pod : gang.waiting) add(pods_.at(pod).footing.role);
  if (gang.executor.valid()) add(gang.executor);
  return roles;
}

bool State::ClaimAwaitsForecast() const {
  return std::any_of(
      recalled_claims_.begin(), recalled_claims_.end(), [this](const ClaimRecord& record) {
        const PodId opener = pods_.Find(record.opener_uid);
        if (!opener.valid()) return false;
        const Gang& gang = gangs_[pods_.at(opener).footing.gang.value];
        return gang.driver.valid() && !gang.forecast.has_value() && gang.missing.empty();
      });
}

void State::RecallClaims(absl::Time now) {
  std::erase_if(recalled_claims_, [this, now](const ClaimRecord& record) {
    const PodId opener = pods_.Find(record.opener_uid);
    if (!opener.valid() || !pods_.at(opener).footing.gang.valid()) return true;
    Gang& gang = gangs_[pods_.at(opener).footing.gang.value];
    if (gang.state != GangState::kWaiting || record.until <= now || !gang.queue.valid()) {
      return true;
    }
    if (gang.driver.valid() && !gang.forecast.has_value()) return false;
    const std::vector<RoleId> roles = RolesOf(gang);
    std::vector<ClaimSlot> room;
    for (const ClaimRecord::Room& part : record.rooms) {
      const NodeId node = nodes_.Find(part.node);
      const bool known = part.part >= 0 && static_cast<size_t>(part.part) < roles.size();
      if (!known || part.count <= 0 || !node.valid() || !nodes_.present(node)) return true;
      room.push_back({roles[static_cast<size_t>(part.part)], node, part.count});
    }
    SetClaim(&gang, std::move(room), record.until);
    for (const ClaimRecord::Victim& victim : record.victims) RecallVictim(victim, &gang, now);
    changed_ = true;
    return true;
  });
}

// What an earlier daemon began to evict is still on its way out, however far that came: of a gang
// that goes whole nothing is repaired, and nothing that it creates is placed.
void State::RecallVictim(const ClaimRecord::Victim& record, Gang* claimant, absl::Time now) {
  Victim victim{.whole = record.whole, .pods = {}};
  for (const std::string& uid : record.pods) {
    const PodId id = pods_.Find(uid);
    if (!id.valid() || !OnNode(pods_.at(id).footing.standing)) continue;
    const GangId of = pods_.at(id).footing.gang;
    if (!of.valid() || of == claimant->id || (victim.gang.valid() && of != victim.gang)) continue;
    victim.gang = of;
    victim.pods.push_back(id);
  }
  if (victim.pods.empty()) return;
  SendAway(victim, claimant->id, now);
  claimant->victims.insert(claimant->victims.end(), victim.pods.begin(), victim.pods.end());
}

}  // namespace muster
