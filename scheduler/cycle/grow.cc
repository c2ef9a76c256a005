// SPDX-License-Identifier: Apache-2.0
// Growth: members above a started gang's minimum, one at a time, after every start of their leaf
// that could use the room; between the gangs of a leaf the one with the fewest members goes first.
#include <algorithm>

#include "queues/turns.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

struct Asking {
  Begun* begun;
  size_t next = 0;      // in begun->waiting
  int32_t members = 0;  // bound, and grown this cycle
  Step step;
};

// As many of the same role as follow each other, if nobody else asks; else one.
int32_t Chunk(const Round& round, const Asking& asking, bool alone) {
  const std::vector<PodId>& waiting = asking.begun->waiting;
  const RoleId role = round.state().pod(waiting[asking.next]).footing.role;
  size_t end = asking.next + 1;
  while (alone && end < waiting.size() && round.state().pod(waiting[end]).footing.role == role) {
    ++end;
  }
  return static_cast<int32_t>(end - asking.next);
}

// kNone: all of the chunk found room.
Reason GrowBy(Round& round, const Gang& gang, int32_t chunk, Asking* asking) {
  const RoleId role = round.state().pod(asking->begun->waiting[asking->next]).footing.role;
  const GangId head = HeadAhead(round, gang.queue, Shape{Part{role, {}, 1}});
  if (head.valid()) {
    return Reason{.code = ReasonCode::kBehindHead, .subject = FullName(round.gang(head))};
  }
  for (; chunk > 0; --chunk) {
    const Amounts& each = round.state().roles().at(role).each;
    Amounts sum;
    AddScaled(&sum, each, chunk);
    Reason quota = CheckQuota(round.state(), gang, sum, Asks::kMore);
    if (quota.code == ReasonCode::kNone) break;
    if (chunk == 1) return quota;
  }
  const auto slots = Place(round.draft, round.profile, gang, role, chunk, Tree::Use::kUsed);
  Assign(absl::MakeSpan(asking->begun->waiting).subspan(asking->next), slots, &asking->step);
  const int32_t placed = CountOf(slots);
  asking->next += static_cast<size_t>(placed);
  asking->members += placed;
  if (placed == chunk) return {};
  // Growth is asked member by member, and so is its shortage explained.
  const auto next = absl::MakeSpan(asking->begun->waiting).subspan(asking->next, 1);
  return ExplainShortage(round.draft, round.profile, gang, ShapeOf(round.state(), next));
}

}  // namespace

void Grow(Round& round) {
  std::map<QueueId, std::vector<Asking>> lines;
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    if (gang.state != GangState::kStarted) continue;
    if (gang.faulty > 0) round.Say(gang.id, FaultOf(round.state(), gang));
    if (begun.waiting.empty()) continue;
    if (gang.backoff_until > round.now) {
      round.Say(gang.id, Reason{.code = ReasonCode::kBindRefused, .detail = gang.refused_message});
      continue;
    }
    if (!gang.queue.valid()) {
      round.Say(gang.id, gang.refusal);
      continue;
    }
    const Queue& queue = round.state().tree().at(gang.queue);
    if (queue.state == QueueState::kClosed) {
      round.Say(gang.id, Reason{.code = ReasonCode::kQueueClosed,
                                .subject = queue.path,
                                .detail = "it is closed: what runs does not grow"});
      continue;
    }
    lines[gang.queue].push_back(
        Asking{&begun, 0, gang.bound, Step{StepKind::kGrow, gang.id, {}, {}, {}}});
  }
  std::vector<QueueId> leaves;
  for (const auto& [leaf, line] : lines) {
    leaves.push_back(leaf);
  }
  Turns turns(round.state().tree(), leaves);
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    std::vector<Asking>& line = lines[leaf];
    auto asking = std::min_element(line.begin(), line.end(), [](const Asking& a, const Asking& b) {
      return a.members < b.members;  // of equals the older gang: lines are in arrival order
    });
    const Gang& gang = round.gang(asking->begun->gang);
    const bool alone = line.size() == 1 && lines.size() == 1;
    Reason reason = GrowBy(round, gang, Chunk(round, *asking, alone), &*asking);
    const bool stuck = reason.code != ReasonCode::kNone;
    if (stuck) round.Say(gang.id, std::move(reason));
    if (stuck || asking->next == asking->begun->waiting.size()) {
      if (!asking->step.placements.empty()) round.plan->steps.push_back(std::move(asking->step));
      line.erase(asking);
    }
    if (line.empty()) turns.Drop(leaf);
    turns.Rekey(leaf);
  }
}

}  // namespace muster
