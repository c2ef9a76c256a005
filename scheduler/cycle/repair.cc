// SPDX-License-Identifier: Apache-2.0
// Started gangs below what they were promised, oldest first and before any new start: waiting
// members get a place, and members that do not exist yet get their holds back while holds last.
#include <algorithm>

#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

// Places up to begun->deficit waiting members, each as far as it goes.
void PlaceWaiting(Round& round, const Gang& gang, Begun* begun) {
  const auto count = std::min<size_t>(begun->waiting.size(), static_cast<size_t>(begun->deficit));
  if (count == 0) return;
  const Shape shape = ShapeOf(round.state(), absl::MakeSpan(begun->waiting).first(count));
  Step step{StepKind::kRepair, gang.id, {}, {}, {}};
  for (const Part& part : shape) {
    Amounts each = round.state().roles().at(part.role).each;
    int32_t allowed = part.count();
    while (allowed > 0) {
      Amounts sum;
      AddScaled(&sum, each, allowed);
      if (CheckQuota(round.state(), gang.queue, sum).code == ReasonCode::kNone) break;
      --allowed;
    }
    const auto slots =
        Place(round.draft, round.profile, gang, part.role, allowed, Tree::Use::kUsed);
    Assign(part.pods, slots, &step);
  }
  begun->deficit -= static_cast<int32_t>(step.placements.size());
  std::erase_if(begun->waiting, [&step](PodId pod) {
    return std::any_of(step.placements.begin(), step.placements.end(),
                       [pod](const Placement& placement) { return placement.pod == pod; });
  });
  if (!step.placements.empty()) round.plan->steps.push_back(std::move(step));
}

void Rehold(Round& round, const Gang& gang, Begun* begun) {
  const bool holding = !gang.full && gang.holds_until > round.now && gang.executor.valid();
  const int32_t unborn = begun->deficit - static_cast<int32_t>(begun->waiting.size());
  if (!holding || unborn <= 0) return;
  Step step{StepKind::kRehold, gang.id, {}, {}, {}};
  step.holds =
      Place(round.draft, round.profile, gang, gang.executor, unborn, Tree::Use::kHeld);
  begun->deficit -= CountOf(step.holds);
  if (!step.holds.empty()) round.plan->steps.push_back(std::move(step));
}

}  // namespace

void RepairDegraded(Round& round) {
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    if (gang.state != GangState::kStarted || begun.deficit <= 0) continue;
    if (gang.backoff_until > round.now) continue;
    PlaceWaiting(round, gang, &begun);
    Rehold(round, gang, &begun);
    if (begun.deficit > 0 && !begun.waiting.empty()) {
      const Shape shape = ShapeOf(round.state(), begun.waiting);
      Reason reason{.code = ReasonCode::kRepairing,
                    .need = gang.promised,
                    .have = gang.promised - begun.deficit};
      const Reason quota = CheckQuota(round.state(), gang.queue, Sum(round.state(), shape));
      reason.detail = quota.code != ReasonCode::kNone
                          ? Message(quota)
                          : Message(ExplainShortage(round.draft, round.profile, gang, shape));
      round.Say(gang.id, std::move(reason));
      begun.waiting.clear();  // no growth before the floor is back
    }
  }
}

}  // namespace muster
