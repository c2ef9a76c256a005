// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/rights.h"

#include <set>

#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/judge.h"

namespace muster {

namespace {

Amounts UseOf(const Queue& queue) {
  Amounts use = queue.used;
  AddScaled(&use, queue.held, 1);
  AddScaled(&use, queue.leaving, -1);
  return use;
}

}  // namespace

// Whatever its verdict says: a gang short of quota has not been asked whether it could ever fit.
bool Rights::Possible(const Gang& gang) {
  const State& state = round_.state();
  return !state.tree().ExceedsEmpty(gang.queue, StartSum(state, gang)).queue.valid() &&
         CouldStart(round_.draft, round_.profile, gang);
}

Level Rights::LevelNow(QueueId queue, const Amounts& more) const {
  const Tree& tree = round_.state().tree();
  Amounts use = UseOf(tree.at(queue));
  AddScaled(&use, more, 1);
  return LevelOf(use, tree.total());
}

const Entitlements& Rights::Entitled() {
  if (entitlements_ != nullptr) return *entitlements_;
  const bool decided_since =
      round_.entitled_after != round_.plan->steps.size() || !round_.plan->claims.empty();
  if (round_.entitled == nullptr || decided_since) {
    round_.entitled = std::make_shared<const Entitlements>(round_.state().tree(), Demand());
    round_.entitled_after = round_.plan->steps.size();
  }
  entitlements_ = round_.entitled;
  return *entitlements_;
}

std::vector<Amounts> Rights::Demand() {
  const State& state = round_.state();
  std::vector<Amounts> demand(state.tree().size());
  for (const Queue& queue : state.tree().queues()) {
    if (!queue.leaf()) continue;
    demand[queue.id.value] = queue.used;
    AddScaled(&demand[queue.id.value], queue.held, 1);
  }
  // In the draft already.
  std::set<GangId> counted(state.claimed().begin(), state.claimed().end());
  for (const Step& step : round_.plan->steps) counted.insert(step.gang);
  const Backlog& backlog = state.backlog();
  std::vector<int64_t> fewer(backlog.kinds().size(), 0);
  for (GangId id : counted) {
    if (backlog.InLine(id)) ++fewer[backlog.KindOf(id)];
  }
  const auto add = [&](GangId id, int64_t times) {
    const Gang& gang = state.gang(id);
    if (Possible(gang)) AddScaled(&demand[gang.queue.value], StartSum(state, gang), times);
  };
  // All of a kind ask for the same in the same leaf.
  for (size_t kind = 0; kind < backlog.kinds().size(); ++kind) {
    const std::vector<GangId>& gangs = backlog.kinds()[kind];
    const int64_t asking = static_cast<int64_t>(gangs.size()) - fewer[kind];
    if (asking > 0) add(gangs.front(), asking);
  }
  for (const Backlog::Aside& aside : backlog.aside()) {
    const Gang& gang = state.gang(aside.gang);
    if (!gang.queue.valid() || counted.contains(gang.id)) continue;
    // One in a back-off is to come back: demand does not follow the clock.
    if (Judge(state, gang, absl::InfiniteFuture()).code == ReasonCode::kNone) add(gang.id, 1);
  }
  return demand;
}

QueueId Rights::Reach(QueueId leaf, const Amounts& more) {
  const Tree& tree = round_.state().tree();
  QueueId reach = leaf;
  while (tree.at(reach).parent.valid() &&
         LevelNow(reach, more) <= Entitled().of(reach) + kLevelTolerance) {
    reach = tree.at(reach).parent;
  }
  return reach;
}

std::vector<Level> Rights::LevelsOf(QueueId leaf) const {
  std::vector<Level> levels;
  const Tree& tree = round_.state().tree();
  for (QueueId id = leaf; id.valid(); id = tree.at(id).parent) levels.push_back(LevelNow(id));
  return levels;
}

bool Rights::WithinEntitlement(QueueId leaf, const std::vector<Level>& before) {
  const Tree& tree = round_.state().tree();
  size_t at = 0;
  for (QueueId id = leaf; tree.at(id).parent.valid(); id = tree.at(id).parent) {
    const Level now = LevelNow(id);
    if (now > before[at++] && now > Entitled().of(id) + kLevelTolerance) return false;
  }
  return true;
}

// Whether `leaf` is at or below `ancestor`.
bool Rights::Meet(QueueId ancestor, QueueId leaf) const {
  const Tree& tree = round_.state().tree();
  for (QueueId id = leaf; id.valid(); id = tree.at(id).parent) {
    if (id == ancestor) return true;
  }
  return false;
}

bool Rights::MayLose(QueueId victim_leaf, QueueId taker_leaf) {
  const Tree& tree = round_.state().tree();
  for (QueueId id = victim_leaf; !Meet(id, taker_leaf); id = tree.at(id).parent) {
    if (!tree.at(id).reclaimable) return false;
    if (LevelNow(id) <= Entitled().of(id)) return false;
  }
  return true;
}

bool Rights::MayHaveLost(QueueId victim_leaf, QueueId taker_leaf, const Amounts& lost) {
  const Tree& tree = round_.state().tree();
  for (QueueId id = victim_leaf; !Meet(id, taker_leaf); id = tree.at(id).parent) {
    if (LevelNow(id) < Entitled().of(id) - kLevelTolerance) return false;
    const Queue& queue = tree.at(id);
    const Amounts use = UseOf(queue);
    for (size_t column = 0; column < queue.guaranteed.size(); ++column) {
      if (queue.guaranteed[column] <= 0 || AmountAt(lost, column) <= 0) continue;
      if (AmountAt(use, column) < queue.guaranteed[column]) return false;
    }
  }
  return true;
}

}  // namespace muster
