// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/stages.h"

#include <algorithm>
#include <utility>

#include "scheduler/cycle/standing.h"
#include "scheduler/model/check.h"

namespace muster {

void ReleaseClaim(Draft& draft, const Gang& gang) {
  for (const ClaimSlot& slot : gang.claim) {
    draft.Take(gang, slot.role, slot.node, -slot.count, Tree::Use::kHeld);
  }
}

void Assign(absl::Span<const PodId> pods, const std::vector<HoldSlot>& slots, Step* step) {
  size_t next = 0;
  for (const HoldSlot& slot : slots) {
    for (int32_t i = 0; i < slot.count; ++i) {
      if (next == pods.size()) return;
      step->placements.push_back(Placement{pods[next++], slot.node, false});
    }
  }
}

Step StartStep(const Gang& gang, const Shape& shape,
               const std::vector<std::vector<HoldSlot>>& slots) {
  Step step{StepKind::kStart, gang.id, {}, {}, {}};
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t existing = shape[i].pods.size();
    Assign(shape[i].pods, slots[i], &step);
    // What the pods did not take is held.
    size_t skip = existing;
    for (HoldSlot slot : slots[i]) {
      const auto taken = static_cast<int32_t>(std::min<size_t>(skip, slot.count));
      skip -= taken;
      slot.count -= taken;
      if (slot.count > 0) step.holds.push_back(slot);
    }
  }
  return step;
}

void SayEvicted(Round& round, const Gang& gang, GangId claimant) {
  round.Say(gang.id, Reason{.code = ReasonCode::kBehindHead,
                            .subject = FullName(round.gang(claimant)),
                            .detail = "it is being evicted for it"});
}

namespace {

// The gang that the victim's room is for; invalid where that waits no more.
GangId ClaimantOf(const State& state, const Gang& victim) {
  for (PodId id : victim.members) {
    const PodSlot& slot = state.pod(id);
    if (!slot.evicting || !slot.evicted_for.valid()) continue;
    const Gang& claimant = state.gang(slot.evicted_for);
    const bool waits = claimant.id.valid() && !claimant.waiting.empty();  // or it is being deleted
    if (waits && !claimant.claim.empty()) return claimant.id;
  }
  return GangId{};
}

}  // namespace

Round::Round(Draft& d, const Profile& p, absl::Time t, Plan* out)
    : draft(d), profile(p), now(t), plan(out), departures(d.state(), *out, t) {
  const State& s = draft.state();
  UpdateBacklog(s, p, t);
  plan->verdicts.reserve(s.attention().size());
  ranks.reserve(s.attention().size());
  for (GangId id : s.backlog().begun()) {
    const Gang& gang = s.gang(id);
    if (gang.evicted) {  // what it still creates is never placed
      const GangId claimant = ClaimantOf(s, gang);
      if (gang.waiting.empty()) continue;
      if (claimant.valid()) {
        SayEvicted(*this, gang, claimant);
      } else {
        Say(id, Reason{.code = ReasonCode::kGangIncomplete,
                       .need = gang.minimum,
                       .detail = "it was evicted, and waits for the last of its pods to end"});
      }
      continue;
    }
    Begun entry{id, gang.waiting, s.Deficit(gang), gang.holds, gang.repairs};
    // A member with a malformed field is not what it seems: never placed.
    std::erase_if(entry.waiting, [&s](PodId pod) { return s.pod(pod).footing.faulty; });
    begun.push_back(std::move(entry));
  }
  std::sort(begun.begin(), begun.end(), [&s](const Begun& a, const Begun& b) {
    return ArrivedBefore(s.gang(a.gang), s.gang(b.gang));
  });
}

namespace {

// Takes the first slot of the gang's repairs or holds that the pod may use; false where none is.
bool TakeHeld(Round& round, PodId pod, std::vector<RepairHold>* repairs,
              std::vector<HoldSlot>* holds, RoleId executor, Step* step) {
  const RoleId role = round.state().pod(pod).footing.role;
  for (size_t i = 0; i < repairs->size(); ++i) {
    const RepairHold repair = (*repairs)[i];
    if (repair.role != role || !Admits(round.draft, round.profile, role, repair.node)) continue;
    step->placements.push_back(Placement{pod, repair.node, true});
    repairs->erase(repairs->begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  if (role != executor) return false;
  for (HoldSlot& slot : *holds) {
    if (slot.count == 0 || !Admits(round.draft, round.profile, role, slot.node)) continue;
    step->placements.push_back(Placement{pod, slot.node, true});
    --slot.count;
    return true;
  }
  return false;
}

}  // namespace

void SettleHeld(Round& round) {
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    if (gang.state != GangState::kStarted || gang.backoff_until > round.now) continue;
    if (gang.holds.empty() && gang.repairs.empty()) continue;
    Step step{StepKind::kSettle, begun.gang, {}, {}, {}};
    std::erase_if(begun.waiting, [&](PodId pod) {
      return TakeHeld(round, pod, &begun.repairs, &begun.holds, gang.executor, &step);
    });
    if (!step.placements.empty()) round.plan->steps.push_back(std::move(step));
  }
}

}  // namespace muster
