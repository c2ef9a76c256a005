// SPDX-License-Identifier: Apache-2.0
// Waiting gangs start whole: at each turn the queue that goes first offers the head of its line.
#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "queues/turns.h"
#include "scheduler/cycle/claimed.h"
#include "scheduler/cycle/failed_shapes.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_date.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/line.h"
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
  if (!MayFit(round.draft, round.profile, shape)) return false;
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
SharedReason WhyBehind(Round& round, const Gang& gang, const Shape& shape, const BlockedPool& head,
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

Answers::AsOf AsOfNow(const Round& round, QueueId leaf) {
  const auto blocked = round.blocked.find(leaf);
  return {round.plan->steps.size(), blocked == round.blocked.end() ? 0 : blocked->second.size()};
}

void AddDetail(const std::string& said, Reason* reason) {
  if (said.empty()) return;
  absl::StrAppend(&reason->detail, reason->detail.empty() ? "" : "; ", said);
}

struct Tried {
  Tried(Answers* known, size_t count) : answers(*known), runs(count) { answers.Begin(); }

  // How long it would run, where a date may be in its way.
  absl::Duration RunOf(const Round& round, const Queue& leaf, const Backlog::Entry& entry) {
    if (!leaf.backfill && round.starving.empty()) return absl::ZeroDuration();
    std::optional<absl::Duration>& run = runs[entry.run];
    if (!run.has_value()) run = round.state().Estimate(round.gang(entry.gang));
    return *run;
  }

  std::map<Autoscale, FailedShapes> failed;  // other things are said where nodes may come
  Answers& answers;
  std::vector<std::optional<absl::Duration>> runs;  // by Backlog::Entry::run
};

// Tries one gang; true if it starts. `run`: how long it would, where a date may be in its way.
bool AskAnew(Round& round, const Gang& gang, absl::Duration run, int32_t position,
             FailedShapes* failed) {
  const Shape& shape = StartShape(round.state(), gang);
  const Passing passing = MayPass(round, gang, shape, round.now + run);
  if (passing.first != nullptr) {
    if (passing.may && TryPassing(round, gang, shape, passing, failed)) return true;
    if (passing.may_move || passing.may_lead) {
      round.held_back.push_back({gang.id, passing.may_lead});
    }
    SharedReason reason = WhyBehind(round, gang, shape, *passing.first, run);
    if (passing.leads && reason->code == ReasonCode::kBehindHead) {
      Block(round, gang, shape, false, nullptr);
    }
    round.SayInLine(gang.id, gang.arrival, std::move(reason), position);
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
  round.SayInLine(gang.id, gang.arrival, std::move(fit.reason), position);
  return false;
}

bool TryStart(Round& round, const Queue& leaf, const Backlog::Entry& entry, int32_t position,
              Tried* tried) {
  const State& state = round.state();
  if (!state.claimed().empty() && state.claimed().contains(entry.gang)) {
    const Gang& gang = round.gang(entry.gang);
    AwaitVictims(round, gang, StartShape(state, gang), position);
    return false;
  }
  FailedShapes* failed = &tried->failed[leaf.autoscale];
  const absl::Duration run = tried->RunOf(round, leaf, entry);
  // What is said of one that holds a pool, or has lacked nodes for long, speaks of itself.
  if (HoldsAPool(round, entry.gang) || MayStartUnbacked(round, leaf, entry.gang)) {
    return AskAnew(round, round.gang(entry.gang), run, position, failed);
  }
  const Answers::Asker asker{entry.kind, run};
  const Answers::AsOf before = AsOfNow(round, leaf.id);
  if (const SharedReason* known = tried->answers.Find(asker, before)) {
    round.SayInLine(entry.gang, entry.arrival, *known, position);
    return false;
  }
  if (AskAnew(round, round.gang(entry.gang), run, position, failed)) return true;
  // One that is in the way of the next ones now tells nothing of them.
  if (AsOfNow(round, leaf.id) == before) {
    SharedReason& said = round.plan->verdicts.back().reason;
    said = tried->answers.Add(asker, before, said);
  }
  return false;
}

// First of all those whose room was freed for them.
void StartClaimed(Round& round, Lines* lines) {
  const State& state = round.state();
  std::vector<GangId> claimed;
  for (GangId id : state.claimed()) {
    if (state.backlog().InLine(id)) claimed.push_back(id);
  }
  std::sort(claimed.begin(), claimed.end(), [&state](GangId a, GangId b) {
    const Gang& x = state.gang(a);
    const Gang& y = state.gang(b);
    return x.priority != y.priority ? x.priority > y.priority : ArrivedBefore(x, y);
  });
  for (GangId id : claimed) {
    if (TryClaim(round, state.gang(id))) lines->Leave(id);
  }
}

// Whoever may come to be the first may evict for room; who stays behind a head whose date moves
// needs room that is there.
bool IsOutdated(Round& round) {
  if (round.plan->steps.empty()) return false;
  return std::any_of(
      round.held_back.begin(), round.held_back.end(), [&round](const HeldBack& held) {
        return held.may_lead ||
               MayFit(round.draft, round.profile, StartShape(round.state(), round.gang(held.gang)));
      });
}

}  // namespace

void StartGangs(Round& round) {
  const State& state = round.state();
  Backlog& backlog = state.backlog();
  for (const Backlog::Aside& aside : backlog.aside()) round.Say(aside.gang, aside.why);
  Lines lines(state);
  StartClaimed(round, &lines);
  for (QueueId leaf : backlog.leaves()) lines.Open(leaf, round.order(leaf));
  StartStarving(round, &lines);
  std::vector<QueueId> leaves;
  for (QueueId leaf : lines.leaves()) {
    if (!lines.of(leaf).empty()) leaves.push_back(leaf);
  }
  Tried tried(&backlog.answers(), backlog.runs());
  Turns turns(state.tree(), leaves);
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    Line& line = lines.of(leaf);
    const Queue& queue = state.tree().at(leaf);
    bool started = false;
    while (!line.empty() && !started) {
      started = TryStart(round, queue, line.Pop(), line.waiting + 1, &tried);
      if (!started) ++line.waiting;
    }
    if (line.empty()) turns.Drop(leaf);
    if (!started) continue;
    turns.Rekey(leaf);
    line.Reorder();
  }
  round.plan->outdated = IsOutdated(round);
}

}  // namespace muster
