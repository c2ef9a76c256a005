// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/claimed.h"

#include <algorithm>

#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_hold.h"

namespace muster {

namespace {

// Takes the room that the claim keeps, as far as it is there.
bool PlaceOnClaim(Round& round, const Gang& gang, const Shape& shape, Fit* fit) {
  for (const Part& part : shape) {
    std::vector<HoldSlot>& slots = fit->slots.emplace_back();
    auto existing = static_cast<int32_t>(part.pods.size());
    for (const ClaimSlot& slot : gang.claim) {
      if (slot.role != part.role) continue;
      const auto rooms = RoomsOf(round.draft, round.profile, part.role);
      if (rooms[slot.node.value] < slot.count) return false;
      const int32_t used = std::min(existing, slot.count);
      existing -= used;
      if (used > 0) round.draft.Take(gang, part.role, slot.node, used, Tree::Use::kUsed);
      const int32_t held = slot.count - used;
      if (held > 0) round.draft.Take(gang, part.role, slot.node, held, Tree::Use::kHeld);
      slots.push_back(HoldSlot{slot.node, slot.count});
    }
    if (CountOf(slots) != part.count()) return false;
  }
  return true;
}

}  // namespace

bool TryClaim(Round& round, const Gang& gang) {
  const State& state = round.state();
  const Shape& shape = StartShape(state, gang);
  Attempt attempt(round.draft);
  ReleaseClaim(round.draft, gang);
  Fit fit;
  const Reason quota = CheckQuota(state, gang, StartSum(state, gang), Asks::kStart);
  if (quota.code == ReasonCode::kNone && PlaceOnClaim(round, gang, shape, &fit)) {
    attempt.Keep();
    round.draft.Begin(gang);
    round.plan->steps.push_back(StartStep(gang, shape, fit.slots));
    return true;
  }
  return false;
}

void AwaitVictims(Round& round, const Gang& gang, const Shape& shape, int32_t position) {
  const State& state = round.state();
  const auto left = std::count_if(gang.victims.begin(), gang.victims.end(), [&](PodId pod) {
    return state.pod(pod).in_use && state.pod(pod).evicted_for == gang.id;
  });
  Attempt attempt(round.draft);
  ReleaseClaim(round.draft, gang);
  const ReasonCode quota = CheckQuota(state, gang, StartSum(state, gang), Asks::kStart).code;
  if (quota != ReasonCode::kUserLimit) {
    Block(round, gang, shape, /*everywhere=*/quota != ReasonCode::kNone, nullptr);
  }
  round.SayInLine(gang.id, gang.arrival,
                  Reason{.code = ReasonCode::kWaitingForVictims, .have = left}, position);
}

}  // namespace muster
