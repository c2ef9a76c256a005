// SPDX-License-Identifier: Apache-2.0
// Waiting gangs start whole: at each turn the queue that goes first offers the head of its line.
#include <algorithm>

#include "policies/arrival.h"
#include "queues/turns.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

// The gangs of one leaf that may start, in the leaf's order. Users have a line of their own, in
// arrival order by priority: only the heads of the lines are compared, so that a user's usage may
// change between two questions.
class Line {
 public:
  void Add(const Gang& gang) { by_user_[gang.user].push_back(gang.id); }

  void Sort(const State& state, const GangOrder& order) {
    for (auto& [user, gangs] : by_user_) {
      // Reversed: the head is at the back.
      std::sort(gangs.begin(), gangs.end(), [&state, &order](GangId a, GangId b) {
        return order.Before(state.gang(b), state.gang(a), state);
      });
    }
  }

  bool empty() const { return by_user_.empty(); }

  GangId Pop(const State& state, const GangOrder& order) {
    auto best = by_user_.begin();
    for (auto user = std::next(best); user != by_user_.end(); ++user) {
      if (order.Before(state.gang(user->second.back()), state.gang(best->second.back()), state)) {
        best = user;
      }
    }
    const GangId gang = best->second.back();
    best->second.pop_back();
    if (best->second.empty()) by_user_.erase(best);
    return gang;
  }

  int32_t waiting = 0;  // tried, and told why not

 private:
  std::map<std::string, std::vector<GangId>> by_user_;
};

// What is known of shapes this cycle. Room only shrinks while gangs start, so a shape that found
// none need not be tried again, whoever asks.
class Shapes {
 public:
  // nullptr: not tried yet, or it fitted.
  const Reason* Failure(const Shape& shape) const {
    auto found = failures_.find(KeyOf(shape));
    return found == failures_.end() ? nullptr : &found->second;
  }
  void AddFailure(const Shape& shape, const Reason& reason) { failures_[KeyOf(shape)] = reason; }

  // kNone: the empty cluster could hold it.
  const Reason& Impossible(Round& round, const Gang& gang, const Shape& shape) {
    auto [entry, fresh] = impossible_.try_emplace(KeyOf(shape));
    if (fresh) entry->second = ExplainImpossible(round.draft, round.profile, gang, shape);
    return entry->second;
  }

 private:
  using Key = std::vector<std::pair<RoleId, int32_t>>;
  static Key KeyOf(const Shape& shape) {
    Key key;
    for (const Part& part : shape) key.emplace_back(part.role, part.count());
    return key;
  }

  std::map<Key, Reason> failures_;
  std::map<Key, Reason> impossible_;
};

bool FromQuota(const Reason& reason) {
  return reason.code == ReasonCode::kQueueQuota || reason.code == ReasonCode::kUserLimit ||
         (reason.code == ReasonCode::kNeverFits && !reason.resource.empty());
}

std::vector<bool> PoolOf(Round& round, const Shape& shape) {
  std::vector<bool> pool(round.state().nodes().size(), false);
  for (const Part& part : shape) {
    const auto admission = AdmissionOf(round.draft, round.profile, part.role);
    for (size_t i = 0; i < pool.size(); ++i) pool[i] = pool[i] || admission[i] > 0;
  }
  return pool;
}

Step StartStep(const Gang& gang, const Shape& shape, const Fit& fit) {
  Step step{StepKind::kStart, gang.id, {}, {}, {}};
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t existing = shape[i].pods.size();
    Assign(shape[i].pods, fit.slots[i], &step);
    // What the pods did not take is held.
    size_t skip = existing;
    for (HoldSlot slot : fit.slots[i]) {
      const auto taken = static_cast<int32_t>(std::min<size_t>(skip, slot.count));
      skip -= taken;
      slot.count -= taken;
      if (slot.count > 0) step.holds.push_back(slot);
    }
  }
  return step;
}

// A strict head that waits for room or quota makes its leaf wait.
void Block(Round& round, const Gang& gang, const Shape& shape, bool everywhere) {
  if (!round.profile.order(round.state().tree().at(gang.queue).order).strict()) return;
  BlockedPool blocked{gang.id, everywhere, {}};
  if (!everywhere) blocked.nodes = PoolOf(round, shape);
  round.blocked[gang.queue].push_back(std::move(blocked));
}

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

// A gang with a claim starts where its victims were, once they are gone.
bool TryClaim(Round& round, const Gang& gang) {
  const State& state = round.state();
  const Shape shape = StartShape(state, gang);
  Attempt attempt(round.draft);
  ReleaseClaim(round.draft, gang);
  Fit fit;
  const Reason quota = CheckQuota(state, gang, Sum(state, shape), Asks::kStart);
  if (quota.code == ReasonCode::kNone && PlaceOnClaim(round, gang, shape, &fit)) {
    attempt.Keep();
    round.draft.Begin(gang);
    round.plan->steps.push_back(StartStep(gang, shape, fit));
    return true;
  }
  return false;
}

// Its turn has come, and its victims are still there.
void AwaitVictims(Round& round, const Gang& gang, const Shape& shape, int32_t position) {
  const State& state = round.state();
  const auto left = std::count_if(gang.victims.begin(), gang.victims.end(), [&](PodId pod) {
    return state.pod(pod).in_use && state.pod(pod).evicted_for == gang.id;
  });
  Attempt attempt(round.draft);
  ReleaseClaim(round.draft, gang);
  const ReasonCode quota = CheckQuota(state, gang, Sum(state, shape), Asks::kStart).code;
  if (quota != ReasonCode::kUserLimit) {
    Block(round, gang, shape, /*everywhere=*/quota != ReasonCode::kNone);
  }
  round.Say(gang.id, Reason{.code = ReasonCode::kWaitingForVictims, .have = left}, position);
}

// Tries one gang; true if it starts.
bool TryStart(Round& round, const Gang& gang, int32_t position, Shapes* shapes) {
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
    round.plan->steps.push_back(StartStep(gang, shape, fit));
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
  Shapes shapes;
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
