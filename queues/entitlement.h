// SPDX-License-Identifier: Apache-2.0
// What each queue is entitled to: one dominant share a queue, filled like water from the top. At
// every queue its entitlement is divided among its children: each gets the part of its demand that
// its guarantee covers, and the rest is raised evenly by weight until a child has what it demands
// or all is given. Where the cluster is smaller than the guarantees, these alone are filled, by
// weight, as the order of turns fills them. The root is entitled to the whole cluster. Scalar on
// purpose, as the order of turns is: queues with complementary needs could be given more than one
// cluster in sum, and are not.
//
// Source: weighted max-min fairness by progressive filling (Bertsekas and Gallager, Data Networks,
// 6.5.2), of dominant shares (Ghodsi et al., NSDI 2011).
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "queues/tree.h"

namespace muster {

// A dominant share in parts of kWholeLevel, rounded down.
using Level = int64_t;
inline constexpr Level kWholeLevel = Level{1} << 40;
// A level is rounded down, and so is what each division gives a child: what a queue is entitled to
// is less than one part a level of the tree from what exact fractions would say. Use and
// entitlement are compared with much more than that to spare, a billionth of the cluster, so that
// rounding never makes a taker or a victim, and no real difference is missed.
inline constexpr Level kLevelTolerance = Level{1} << 10;

// kBeyondCluster where it has something that the cluster has none of.
inline constexpr Level kBeyondCluster = Level{1} << 60;
Level LevelOf(const Amounts& amounts, const Amounts& total);

class Entitlements {
 public:
  // `demand` by QueueId::value, of leaves: what they have and what they ask for. Those of inner
  // queues are their sums; each is capped by the queue's `limit`. The tree's total must be set.
  // O(queues + children x log children).
  Entitlements(const Tree& tree, std::vector<Amounts> demand);

  Level of(QueueId queue) const { return entitled_[queue.value]; }
  Level demand(QueueId queue) const { return demand_[queue.value]; }

 private:
  // Where the rising water begins to raise a child, or has raised it to its demand: at level /
  // weight.
  struct Edge {
    Level level;
    int64_t weight;
    bool rising;
    bool operator<(const Edge& other) const;
  };
  void Divide(const Tree& tree, const Queue& parent);
  // `have` among siblings, by weight; `scarce`: it is less than what they are guaranteed.
  void Fill(const Tree& tree, absl::Span<const QueueId> siblings, Uint128 have, bool scarce);
  Uint128 Now(QueueId id) const { return static_cast<Uint128>(entitled_[id.value]); }

  std::vector<Edge> edges_;  // of the queue being divided
  std::vector<Level> demand_;
  std::vector<Level> entitled_;  // till its parent is divided: what its guarantee covers
};

}  // namespace muster
