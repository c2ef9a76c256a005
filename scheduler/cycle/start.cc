// SPDX-License-Identifier: Apache-2.0
// Waiting gangs start whole: at each turn the queue that goes first offers the head of its line.
#include <algorithm>

#include "policies/arrival.h"
#include "queues/turns.h"
#include "scheduler/cycle/claimed.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/known_shapes.h"
#include "scheduler/cycle/line.h"

namespace muster {

namespace {

bool FromQuota(const Reason& reason) {
  return reason.code == ReasonCode::kQueueQuota || reason.code == ReasonCode::kUserLimit ||
         (reason.code == ReasonCode::kNeverFits && !reason.resource.empty());
}

// Tries one gang; true if it starts.
bool TryStart(Round& round, const Gang& gang, int32_t position, KnownShapes* shapes) {
  const State& state = round.state();
  const Shape shape = StartShape(state, gang);
  if (!gang.claim.empty()) {
    AwaitVictims(round, gang, shape, position);
    return false;
  }
  const GangId head = HeadAhead(round, gang.queue, shape);
  if (head.valid()) {
    // That it can never start says more than who is ahead of it.
    Reason reason = CheckQuota(state, gang, Sum(state, shape), Asks::kStart);
    if (reason.code != ReasonCode::kNeverFits) reason = shapes->Impossible(round, gang, shape);
    if (reason.code == ReasonCode::kNone) {
      reason = Reason{.code = ReasonCode::kBehindHead, .subject = FullName(state.gang(head))};
    }
    round.Say(gang.id, std::move(reason), position);
    return false;
  }
  Fit fit;
  if (const Reason* known = shapes->Failure(shape)) {
    fit.reason = CheckQuota(state, gang, Sum(state, shape), Asks::kStart);
    if (fit.reason.code == ReasonCode::kNone) fit.reason = *known;
  } else {
    fit = TryFit(round.draft, round.profile, gang, shape);
    if (fit.reason.code != ReasonCode::kNone && !FromQuota(fit.reason)) {
      shapes->AddFailure(shape, fit.reason);
    }
  }
  if (fit.reason.code == ReasonCode::kNone) {
    round.plan->steps.push_back(StartStep(gang, shape, fit.slots));
    return true;
  }
  // What can never fit, or what no node admits, blocks nobody.
  const bool short_of_room =
      fit.reason.code == ReasonCode::kCapacityShort || fit.reason.code == ReasonCode::kFragmented;
  // A count of gangs that is reached stops every start by itself, and no growth.
  const bool short_of_quota =
      fit.reason.code == ReasonCode::kQueueQuota && !fit.reason.resource.empty();
  if (short_of_room || short_of_quota) Block(round, gang, shape, short_of_quota);
  round.Say(gang.id, std::move(fit.reason), position);
  return false;
}

}  // namespace

void StartGangs(Round& round) {
  const State& state = round.state();
  std::map<QueueId, Line> lines;
  std::vector<GangId> claimed;
  for (GangId id : state.attention()) {
    const Gang& gang = state.gang(id);
    if (gang.state != GangState::kWaiting || gang.waiting.empty()) continue;
    if (gang.driver.valid() && state.pod(gang.driver).footing.standing != Standing::kWaiting) {
      continue;  // gated, or being deleted
    }
    Reason reason = Judge(state, gang, round.now);
    if (reason.code != ReasonCode::kNone) {
      round.Say(id, std::move(reason));
    } else if (!gang.claim.empty()) {
      claimed.push_back(id);
    } else {
      lines[gang.queue].Add(gang);
    }
  }
  std::vector<QueueId> leaves;
  KnownShapes shapes;
  // First of all those whose room was freed for them.
  std::sort(claimed.begin(), claimed.end(), [&state](GangId a, GangId b) {
    const Gang& x = state.gang(a);
    const Gang& y = state.gang(b);
    return x.priority != y.priority ? x.priority > y.priority : ArrivedBefore(x, y);
  });
  for (GangId id : claimed) {
    const Gang& gang = state.gang(id);
    if (!TryClaim(round, gang)) lines[gang.queue].Add(gang);
  }
  for (auto& [leaf, line] : lines) {
    line.Sort(state, round.profile.order(state.tree().at(leaf).order));
    leaves.push_back(leaf);
  }
  Turns turns(state.tree(), leaves);
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    Line& line = lines[leaf];
    const GangOrder& order = round.profile.order(state.tree().at(leaf).order);
    bool started = false;
    while (!line.empty() && !started) {
      const Gang& gang = state.gang(line.Pop(state, order));
      started = TryStart(round, gang, line.waiting + 1, &shapes);
      if (!started) ++line.waiting;
    }
    if (line.empty()) turns.Drop(leaf);
    if (started) turns.Rekey(leaf);
  }
}

}  // namespace muster
