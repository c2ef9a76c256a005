// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/starving.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/rights.h"

namespace muster {

namespace {

// Heads that have waited too long, the oldest first.
std::vector<GangId> HeadsOf(const Round& round, const Lines& lines) {
  const State& state = round.state();
  std::vector<GangId> heads;
  for (QueueId leaf : lines.leaves()) {
    const Line& line = lines.of(leaf);
    if (line.empty()) continue;
    const Queue& queue = state.tree().at(leaf);
    const Gang& gang = state.gang(line.First().gang);
    const bool waited = gang.created + queue.starve_after <= round.now;
    if (waited && gang.claim.empty()) heads.push_back(gang.id);
  }
  std::sort(heads.begin(), heads.end(),
            [&state](GangId a, GangId b) { return ArrivedBefore(state.gang(a), state.gang(b)); });
  return heads;
}

bool BelowEntitlement(Rights* rights, QueueId leaf) {
  return rights->Excess(leaf) < -kLevelTolerance;
}

bool PoolIsHeld(Round& round, const Shape& shape) {
  return std::any_of(round.starving.begin(), round.starving.end(),
                     [&](const BlockedPool& hold) { return Meets(round, hold, shape); });
}

enum class Outcome { kStarted, kHeld, kNothing };

Outcome Serve(Round& round, const Gang& gang) {
  const State& state = round.state();
  const Shape& shape = StartShape(state, gang);
  const Reason quota = CheckQuota(state, gang, StartSum(state, gang), Asks::kStart);
  if (quota.code != ReasonCode::kNone || PoolIsHeld(round, shape)) return Outcome::kNothing;
  std::vector<std::vector<HoldSlot>> slots;
  if (PlaceShape(round.draft, round.profile, gang, shape, &slots)) {
    round.draft.Begin(gang);
    round.plan->steps.push_back(StartStep(gang, shape, slots));
    return Outcome::kStarted;
  }
  if (!CouldStart(round.draft, round.profile, gang)) return Outcome::kNothing;
  round.starving.push_back(HoldFor(round, gang, shape, false));
  return Outcome::kHeld;
}

}  // namespace

void StartStarving(Round& round, Lines* lines) {
  const State& state = round.state();
  std::vector<GangId> heads = HeadsOf(round, *lines);
  if (heads.empty()) return;
  Rights rights(round);
  std::set<GangId> served;
  for (size_t i = 0; i < heads.size(); ++i) {
    const Gang& gang = state.gang(heads[i]);
    if (!served.insert(gang.id).second || !BelowEntitlement(&rights, gang.queue)) continue;
    // Out of the line first: a start changes who goes first in it.
    Line& line = lines->of(gang.queue);
    if (line.First().gang != gang.id) continue;
    line.Pop();
    if (Serve(round, gang) != Outcome::kStarted) {
      line.PutBack();
      continue;
    }
    line.Reorder();
    heads = HeadsOf(round, *lines);  // who was behind it may have waited too long, too
    i = static_cast<size_t>(-1);
  }
}

bool HoldsAPool(const Round& round, GangId gang) {
  return std::any_of(round.starving.begin(), round.starving.end(),
                     [gang](const BlockedPool& hold) { return hold.head == gang; });
}

std::string HeldSince(const Round& round, const Gang& gang) {
  if (!HoldsAPool(round, gang.id)) return "";
  return absl::StrCat("what becomes free is kept for it, since it has waited longer than ",
                      absl::FormatDuration(round.state().tree().at(gang.queue).starve_after),
                      " in a queue below its entitlement");
}

}  // namespace muster
