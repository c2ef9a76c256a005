// SPDX-License-Identifier: Apache-2.0
#include "queues/entitlement.h"

#include <algorithm>

namespace muster {

Level LevelOf(const Amounts& amounts, const Amounts& total) {
  Level level = 0;
  for (size_t i = 0; i < amounts.size(); ++i) {
    if (amounts[i] <= 0) continue;
    const int64_t whole = AmountAt(total, i);
    if (whole <= 0) return kBeyondCluster;
    const Uint128 parts = (static_cast<Uint128>(amounts[i]) << 40) / static_cast<Uint128>(whole);
    level = std::max(level, static_cast<Level>(std::min<Uint128>(parts, kBeyondCluster)));
  }
  return level;
}

namespace {

// The level of the part of the demand that the guarantee covers: as much of all that is demanded,
// in proportion, as is within the guarantee in each resource that it names. Never above the
// guarantee's own level: what it does not name is not guaranteed beside it.
Level Covered(const Queue& queue, const Amounts& demand, Level of_demand, const Amounts& total) {
  const Level guaranteed = LevelOf(queue.guaranteed, total);
  if (guaranteed == 0) return 0;
  Level covered = std::min(of_demand, guaranteed);
  for (size_t i = 0; i < std::min(demand.size(), queue.guaranteed.size()); ++i) {
    if (queue.guaranteed[i] <= 0 || demand[i] <= queue.guaranteed[i]) continue;
    const Uint128 part = static_cast<Uint128>(of_demand) *
                         static_cast<Uint128>(queue.guaranteed[i]) /
                         static_cast<Uint128>(demand[i]);
    covered = std::min(covered, static_cast<Level>(part));
  }
  return covered;
}

Level Capped(Uint128 level) { return static_cast<Level>(std::min<Uint128>(level, kBeyondCluster)); }

}  // namespace

bool Entitlements::Edge::operator<(const Edge& other) const {
  const auto here = static_cast<Uint128>(level) * static_cast<Uint128>(other.weight);
  return here < static_cast<Uint128>(other.level) * static_cast<Uint128>(weight);
}

Entitlements::Entitlements(const Tree& tree, std::vector<Amounts> demand)
    : demand_(tree.size()), entitled_(tree.size()) {
  demand.resize(tree.size());
  for (size_t i = tree.size(); i > 0; --i) {  // children after their parents
    const Queue& queue = tree.queues()[i - 1];
    Amounts& own = demand[i - 1];
    for (size_t column = 0; column < std::min(own.size(), queue.limit.size()); ++column) {
      own[column] = std::min(own[column], queue.limit[column]);
    }
    demand_[i - 1] = LevelOf(own, tree.total());
    entitled_[i - 1] = Covered(queue, own, demand_[i - 1], tree.total());
    if (queue.parent.valid()) AddScaled(&demand[queue.parent.value], own, 1);
  }
  entitled_[Tree::kRoot.value] = std::min(kWholeLevel, demand_[Tree::kRoot.value]);
  for (const Queue& queue : tree.queues()) {
    if (!queue.children.empty()) Divide(tree, queue);
  }
}

void Entitlements::Divide(const Tree& tree, const Queue& parent) {
  const auto have = static_cast<Uint128>(entitled_[parent.id.value]);
  Uint128 bases = 0;
  for (QueueId id : parent.children) bases += Now(id);  // so far: what its guarantee covers
  // Where the cluster is smaller than what is guaranteed, the guarantees are all that is divided.
  if (bases > have) return Fill(tree, parent.children, have, /*scarce=*/true);
  // Of what is left the highest priority has all that it demands before the next one has any.
  std::vector<QueueId> order = parent.children;
  std::stable_sort(order.begin(), order.end(), [&tree](QueueId a, QueueId b) {
    return tree.at(a).priority > tree.at(b).priority;
  });
  Uint128 left = have - bases;
  for (size_t first = 0; first < order.size();) {
    size_t last = first;
    Uint128 had = 0;
    for (; last < order.size(); ++last) {
      if (tree.at(order[last]).priority != tree.at(order[first]).priority) break;
      had += Now(order[last]);
    }
    const auto peers = absl::MakeConstSpan(order).subspan(first, last - first);
    Fill(tree, peers, had + left, /*scarce=*/false);
    Uint128 given = 0;
    for (QueueId id : peers) given += Now(id);
    left = had + left - given;
    first = last;
  }
}

void Entitlements::Fill(const Tree& tree, absl::Span<const QueueId> siblings, Uint128 have,
                        bool scarce) {
  Uint128 bases = 0;
  Uint128 demands = 0;
  for (QueueId id : siblings) {
    bases += Now(id);
    demands += static_cast<Uint128>(demand_[id.value]);
  }
  if (demands <= have) {
    for (QueueId id : siblings) entitled_[id.value] = demand_[id.value];
    return;
  }
  edges_.clear();
  for (QueueId id : siblings) {
    const Level base = entitled_[id.value];
    const Level low = scarce ? 0 : base;
    const Level high = scarce ? base : demand_[id.value];
    if (low == high) continue;
    edges_.push_back({low, tree.at(id).weight, true});
    edges_.push_back({high, tree.at(id).weight, false});
  }
  // Where the water stands: `given` to those at a bound, `weights` of those that it raises. Up to
  // the next edge what is given grows by `weights` a unit of water.
  std::sort(edges_.begin(), edges_.end());
  Uint128 given = scarce ? 0 : bases;
  Uint128 weights = 0;
  for (const Edge& edge : edges_) {
    const auto level = static_cast<Uint128>(edge.level);
    const auto weight = static_cast<Uint128>(edge.weight);
    if (weights * level > (have - given) * weight) break;
    given = edge.rising ? given - level : given + level;
    weights = edge.rising ? weights + weight : weights - weight;
  }
  if (weights == 0) return;  // all is given to the bounds
  for (QueueId id : siblings) {
    Level& own = entitled_[id.value];
    const Uint128 raised = static_cast<Uint128>(tree.at(id).weight) * (have - given) / weights;
    if (scarce) {
      own = std::min(own, Capped(raised));
    } else {
      own = std::max(own, std::min(demand_[id.value], Capped(raised)));
    }
  }
}

}  // namespace muster
