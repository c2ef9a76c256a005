// SPDX-License-Identifier: Apache-2.0
// Half-bound gangs: some members that exist are bound, others of the minimum are not. They are
// completed on any nodes before anybody else gets room; where no placement exists within the limit,
// or a bind was refused twice, the gang is released.
#include <algorithm>

#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

constexpr int32_t kRefusalsToRelease = 2;

// A member bound to a node that is gone: it exists, and can be bound nowhere else.
bool LostMember(const State& state, const Gang& gang) {
  return std::any_of(gang.members.begin(), gang.members.end(), [&state](PodId id) {
    const Footing& footing = state.pod(id).footing;
    return footing.standing == Standing::kDeparting && !state.pod(id).pod.deleting &&
           !state.nodes().present(footing.node);
  });
}

bool Complete(Round& round, const Gang& gang, absl::Span<const PodId> members) {
  const Shape shape = ShapeOf(round.state(), members);
  // Its quota was charged when it started; what a refused bind gave back may be gone since.
  if (CheckQuota(round.state(), gang, Sum(round.state(), shape), Asks::kMore).code !=
      ReasonCode::kNone) {
    return false;
  }
  std::vector<std::vector<HoldSlot>> slots;
  if (!PlaceShape(round.draft, round.profile, gang, shape, &slots)) return false;
  Step step{StepKind::kComplete, gang.id, {}, {}, {}};
  for (size_t i = 0; i < shape.size(); ++i) Assign(shape[i].pods, slots[i], &step);
  round.plan->steps.push_back(std::move(step));
  return true;
}

}  // namespace

void CompleteHalfBound(Round& round) {
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    if (gang.state != GangState::kStarting) continue;
    const int32_t missing = gang.minimum - gang.bound - HeldMembers(gang);
    if (missing <= 0) continue;
    const auto available = static_cast<int32_t>(begun.waiting.size());
    const bool lost = LostMember(round.state(), gang);
    if (available == 0 && !lost) continue;  // members that do not exist never make it half-bound
    if (!gang.queue.valid()) {  // begun by others' binds: not ours to complete or to release
      round.Say(gang.id, gang.refusal);
      continue;
    }
    const bool late = round.now >= gang.first_bind + kHalfBoundLimit;
    const bool refused = gang.refusals >= kRefusalsToRelease;
    const bool completable = !refused && (available >= missing || !lost);
    const auto count = static_cast<size_t>(std::min(missing, available));
    if (completable && count > 0 &&
        Complete(round, gang, absl::MakeSpan(begun.waiting).first(count))) {
      begun.waiting.erase(begun.waiting.begin(),
                          begun.waiting.begin() + static_cast<std::ptrdiff_t>(count));
      continue;
    }
    Reason reason{.code = refused ? ReasonCode::kBindRefused : ReasonCode::kRepairing,
                  .need = gang.minimum,
                  .have = gang.bound,
                  .detail = gang.refused_message};
    if (completable && count > 0) {
      const Shape lacking = ShapeOf(round.state(), absl::MakeSpan(begun.waiting).first(count));
      reason = ExplainRepair(round.draft, round.profile, gang, lacking, gang.bound, gang.minimum);
    }
    round.Say(gang.id, std::move(reason));
    const bool any_bound = gang.accepted > 0;
    if (any_bound && (refused || late)) {
      round.plan->releases.push_back(gang.id);
      begun.waiting.clear();
    }
  }
}

}  // namespace muster
