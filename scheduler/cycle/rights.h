// SPDX-License-Identifier: Apache-2.0
// Who may take room from whom. Across queues: at the two children of the lowest common ancestor and
// at every level below, the taker's queue stays at or below its entitlement and the loser's at or
// above its own, and no resource of the loser's falls below `guaranteed`. So no eviction lowers the
// sum over queues of min(use, entitlement), and a reclaim raises it: evictions cannot go round in a
// circle. Inside a leaf only priority decides, and no queue is lifted above its entitlement.
//
// Use is what a queue uses and holds, less what is on its way out. Demand, from which entitlement
// follows (queues/entitlement.h), is its use, what is leaving it, and its waiting gangs that could
// start: an eviction does not change it.
#pragma once

#include <memory>
#include <vector>

#include "queues/entitlement.h"
#include "scheduler/cycle/stages.h"

namespace muster {

class Rights {
 public:
  // As the round stands: entitlements are computed when first asked for.
  explicit Rights(Round& round) : round_(round) {}

  // The highest queue whose other children `leaf` may take `more` from; the leaf itself where it
  // may take from no other queue.
  QueueId Reach(QueueId leaf, const Amounts& more);
  // With everything taken and given in the draft: whether no queue from the leaf upwards is lifted
  // above both its entitlement and its `before` level.
  bool WithinEntitlement(QueueId leaf, const std::vector<Level>& before);
  // Levels from the leaf upwards.
  std::vector<Level> LevelsOf(QueueId leaf) const;

  // Whether the victim's leaf has anything to give to a taker of another leaf.
  bool MayLose(QueueId victim_leaf, QueueId taker_leaf);
  // The same with the loss taken out of the draft: still at or above what it is entitled to, and in
  // no resource of `lost` below its guarantee.
  bool MayHaveLost(QueueId victim_leaf, QueueId taker_leaf, const Amounts& lost);

  // What the queue has above its entitlement.
  Level Excess(QueueId queue) { return LevelNow(queue) - Entitled().of(queue); }

 private:
  const Entitlements& Entitled();
  // By queue, of leaves.
  std::vector<Amounts> Demand();
  Level LevelNow(QueueId queue, const Amounts& more = {}) const;
  bool Possible(const Gang& gang);
  bool Meet(QueueId ancestor, QueueId leaf) const;

  Round& round_;
  std::shared_ptr<const Entitlements> entitlements_;
};

}  // namespace muster
