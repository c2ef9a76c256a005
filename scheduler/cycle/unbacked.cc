// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/unbacked.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/fit.h"

namespace muster {

int32_t UnbackedMembers(const Round& round, const Begun& begun) {
  const Gang& gang = round.gang(begun.gang);
  if (!gang.driver.valid() || !gang.executor.valid() || !NodesMayCome(round.state(), gang)) {
    return 0;
  }
  if (gang.state == GangState::kStarted) return begun.deficit;
  // Its driver's bind is on the way; of a half-bound gang the members exist.
  if (!gang.waiting.empty()) return 0;
  return std::max(gang.promised - gang.bound - HeldMembers(gang), 0);
}

void PromiseUnbacked(Round& round, const Gang& gang, int32_t members) {
  if (members != 0) round.draft.Promise(gang, gang.executor, members);
}

bool MayStartUnbacked(const Round& round, const Queue& leaf, GangId id) {
  if (leaf.autoscale != Autoscale::kDriver) return false;
  const Gang& gang = round.gang(id);
  if (!gang.driver.valid() || gang.short_since + leaf.scale_after > round.now) return false;
  const auto found = round.unbacked.find(leaf.id);
  return found == round.unbacked.end() || found->second < leaf.max_unbacked;
}

std::string UnseenByAutoscalers(const State& state, const Gang& gang, const Shape& shape) {
  int32_t missing = 0;
  for (const Part& part : shape) missing += part.forecast;
  if (missing == 0 || NodesMayCome(state, gang)) return "";
  return absl::StrCat("node autoscalers do not see the ", missing,
                      missing == 1 ? " executor" : " executors", " to come (autoscale: none)");
}

bool StartUnbacked(Round& round, const Gang& gang, const Shape& shape, const Reason& why) {
  if (!CuredByNodes(why) ||
      !MayStartUnbacked(round, round.state().tree().at(gang.queue), gang.id)) {
    return false;
  }
  const bool driver_alone = gang.waiting.size() == 1 && gang.waiting.front() == gang.driver;
  if (!driver_alone) return false;  // autoscalers see the others
  Attempt attempt(round.draft);
  std::vector<std::vector<HoldSlot>> slots(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {  // the driver first: it is the oldest member
    const auto existing = static_cast<int32_t>(shape[i].pods.size());
    slots[i] = Place(round.draft, round.profile, gang, shape[i].role, existing, Tree::Use::kUsed);
    if (CountOf(slots[i]) < existing) return false;
    const auto held =
        Place(round.draft, round.profile, gang, shape[i].role, shape[i].forecast, Tree::Use::kHeld);
    PromiseUnbacked(round, gang, shape[i].forecast - CountOf(held));
    slots[i].insert(slots[i].end(), held.begin(), held.end());
  }
  attempt.Keep();
  round.draft.Begin(gang);
  ++round.unbacked[gang.queue];
  round.plan->steps.push_back(StartStep(gang, shape, slots));
  return true;
}

}  // namespace muster
