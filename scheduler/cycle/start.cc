// SPDX-License-Identifier: Apache-2.0
// Waiting gangs start whole: at each turn the queue that goes first offers the head of its line.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "queues/turns.h"
#include "scheduler/cycle/answers.h"
#include "scheduler/cycle/claimed.h"
#include "scheduler/cycle/failed_shapes.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_date.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/starving.h"
#include "scheduler/cycle/unbacked.h"

namespace muster {

namespace {

bool FromQuota(const Reason& reason) {
  return reason.code == ReasonCode::kQueueQuota || reason.code == ReasonCode::kUserLimit ||
         (reason.code == ReasonCode::kNeverFits && !reason.resource.empty());
}

// A gang behind heads, which may pass them: room beside what is kept for those whom it would delay.
bool TryPassing(Round& round, const Gang& gang, const Shape& shape, const Passing& passing,
                FailedShapes* failed) {
  if (failed->Find(shape) != nullptr || failed->FindBehind(gang, shape, passing)) return false;
  const Reason quota = CheckQuota(round.state(), gang, StartSum(round.state(), gang), Asks::kStart);
  if (quota.code != ReasonCode::kNone) return false;
  Attempt attempt(round.draft);
  std::vector<std::vector<HoldSlot>> slots;
  Withhold(round, passing.beside, 1);
  const bool fits = PlaceShape(round.draft, round.profile, gang, shape, &slots);
  Withhold(round, passing.beside, -1);
  if (fits) round.draft.Begin(gang);
  if (!fits || !KeepTheirDates(round, passing.beside)) {
    failed->AddBehind(gang, shape, passing);
    return false;
  }
  attempt.Keep();
  round.plan->steps.push_back(StartStep(gang, shape, slots));
  round.plan->steps.back().passed = passing.passes;
  return true;
}

// That it can never start says more than who is ahead of it.
Reason WhyBehind(Round& round, const Gang& gang, const Shape& shape, const BlockedPool& head,
                 absl::Duration run) {
  Reason reason = CheckQuota(round.state(), gang, StartSum(round.state(), gang), Asks::kStart);
  if (reason.code == ReasonCode::kNeverFits) return reason;
  if (!CouldStart(round.draft, round.profile, gang)) {
    Reason hopeless = ExplainHopeless(round.draft, round.profile, gang, shape);
    if (hopeless.code != ReasonCode::kNone) return hopeless;
  }
  return BehindHead(round, head, run);
}

// Of a gang that nobody is ahead of.
Fit TryFirst(Round& round, const Gang& gang, const Shape& shape, FailedShapes* failed) {
  Fit fit;
  if (const Reason* known = failed->Find(shape)) {
    fit.reason = CheckQuota(round.state(), gang, StartSum(round.state(), gang), Asks::kStart);
    const bool of_nodes =
        known->code == ReasonCode::kNeverFits || known->code == ReasonCode::kPredicate;
    const bool never = of_nodes && (known->by_field || !NodesMayCome(round.state(), gang));
    const bool limit_is_too_low = fit.reason.code == ReasonCode::kNeverFits;
    if (fit.reason.code == ReasonCode::kNone || (never && !limit_is_too_low)) fit.reason = *known;
    return fit;
  }
  fit = TryFit(round.draft, round.profile, gang, shape);
  if (fit.reason.code != ReasonCode::kNone && !FromQuota(fit.reason)) {
    failed->Add(shape, fit.reason);
  }
  return fit;
}

Answers::AsOf AsOfNow(const Round& round, const Gang& gang) {
  const auto blocked = round.blocked.find(gang.queue);
  return {round.plan->steps.size(), blocked == round.blocked.end() ? 0 : blocked->second.size()};
}

void AddDetail(const std::string& said, Reason* reason) {
  if (said.empty()) return;
  absl::StrAppend(&reason->detail, reason->detail.empty() ? "" : "; ", said);
}

struct Tried {
  std::map<Autoscale, FailedShapes> failed;  // other things are said where nodes may come
  Answers answers;
};

// Tries one gang; true if it starts. `run`: how long it would, where a date may be in its way.
bool AskAnew(Round& round, const Gang& gang, absl::Duration run, int32_t position,
             FailedShapes* failed) {
  const Shape& shape = StartShape(round.state(), gang);
  const Passing passing = MayPass(round, gang, shape, round.now + run);
  if (passing.first != nullptr) {
    if (passing.may && TryPassing(round, gang, shape, passing, failed)) return true;
    Reason reason = WhyBehind(round, gang, shape, *passing.first, run);
    if (passing.leads && reason.code == ReasonCode::kBehindHead) {
      Block(round, gang, shape, false, nullptr);
    }
    round.Say(gang.id, std::move(reason), position);
    return false;
  }
  Fit fit = TryFirst(round, gang, shape, failed);
  if (fit.reason.code == ReasonCode::kNone) {
    round.plan->steps.push_back(StartStep(gang, shape, fit.slots));
    return true;
  }
  if (StartUnbacked(round, gang, shape, fit.reason)) return true;
  // What can never fit, or what no node admits, blocks nobody.
  const bool short_of_room =
      fit.reason.code == ReasonCode::kCapacityShort || fit.reason.code == ReasonCode::kFragmented;
  // A count of gangs that is reached stops every start by itself, and no growth.
  const bool short_of_quota =
      fit.reason.code == ReasonCode::kQueueQuota && !fit.reason.resource.empty();
  if (short_of_room) AddDetail(UnseenByAutoscalers(round.state(), gang, shape), &fit.reason);
  if (short_of_room || short_of_quota) {
    AddDetail(HeldSince(round, gang), &fit.reason);
    Block(round, gang, shape, short_of_quota, &fit.reason);
    round.lacking[gang.queue].push_back({gang.id, short_of_quota});
  }
  round.Say(gang.id, std::move(fit.reason), position);
  return false;
}

bool TryStart(Round& round, const Gang& gang, int32_t position, Tried* tried) {
  const State& state = round.state();
  if (!gang.claim.empty()) {
    AwaitVictims(round, gang, StartShape(state, gang), position);
    return false;
  }
  FailedShapes* failed = &tried->failed[state.tree().at(gang.queue).autoscale];
  const bool dates = state.tree().at(gang.queue).backfill || !round.starving.empty();
  const absl::Duration run = dates ? state.Estimate(gang) : absl::ZeroDuration();
  // What is said of one that holds a pool, or has lacked nodes for long, speaks of itself.
  if (HoldsAPool(round, gang) || MayStartUnbacked(round, gang)) {
    return AskAnew(round, gang, run, position, failed);
  }
  const Answers::Asker asker{KindOf(state, gang), run};
  const Answers::AsOf before = AsOfNow(round, gang);
  if (const Reason* known = tried->answers.Find(asker, before)) {
    round.Say(gang.id, *known, position);
    return false;
  }
  if (AskAnew(round, gang, run, position, failed)) return true;
  // One that is in the way of the next ones now tells nothing of them.
  if (AsOfNow(round, gang) == before) {
    tried->answers.Add(asker, before, round.plan->verdicts.back().reason);
  }
  return false;
}

// Puts those that may start in line, but for those that have a claim, and tells the others why not.
std::vector<GangId> FormLines(Round& round, Lines* lines) {
  const State& state = round.state();
  std::vector<GangId> claimed;
  for (GangId id : state.attention()) {
    const Gang& gang = state.gang(id);
    if (gang.state != GangState::kWaiting || gang.waiting.empty()) continue;
    if (gang.driver.valid() && state.pod(gang.driver).footing.standing != Standing::kWaiting) {
      // Gated, or being deleted: what it creates then is never placed.
      round.Say(id, Reason{.code = ReasonCode::kGangIncomplete,
                           .need = gang.minimum,
                           .detail = "its driver is gated, or on its way out"});
      continue;
    }
    Reason reason = Judge(state, gang, round.now);
    if (reason.code != ReasonCode::kNone) {
      round.Say(id, std::move(reason));
    } else if (!gang.claim.empty()) {
      claimed.push_back(id);
    } else {
      lines->of(gang.queue).Add(gang, round.order(gang.queue));
    }
  }
  return claimed;
}

}  // namespace

void StartGangs(Round& round) {
  const State& state = round.state();
  state.start_shapes().Sweep(state.attention().size());
  Lines lines(state.tree().size());
  std::vector<GangId> claimed = FormLines(round, &lines);
  std::vector<QueueId> leaves;
  Tried tried;
  // First of all those whose room was freed for them.
  std::sort(claimed.begin(), claimed.end(), [&state](GangId a, GangId b) {
    const Gang& x = state.gang(a);
    const Gang& y = state.gang(b);
    return x.priority != y.priority ? x.priority > y.priority : ArrivedBefore(x, y);
  });
  for (GangId id : claimed) {
    const Gang& gang = state.gang(id);
    if (!TryClaim(round, gang)) lines.of(gang.queue).Add(gang, round.order(gang.queue));
  }
  for (QueueId leaf : lines.leaves()) lines.of(leaf).Sort(state, round.order(leaf));
  StartStarving(round, &lines);
  for (QueueId leaf : lines.leaves()) {
    if (!lines.of(leaf).empty()) leaves.push_back(leaf);
  }
  Turns turns(state.tree(), leaves);
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    Line& line = lines.of(leaf);
    const GangOrder& order = round.order(leaf);
    bool started = false;
    while (!line.empty() && !started) {
      const Gang& gang = state.gang(line.Pop(state, order));
      started = TryStart(round, gang, line.waiting + 1, &tried);
      if (!started) ++line.waiting;
    }
    if (line.empty()) turns.Drop(leaf);
    if (!started) continue;
    turns.Rekey(leaf);
    line.Reorder(state, order);
  }
}

}  // namespace muster
