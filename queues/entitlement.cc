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
    if (queue.parent.valid()) AddScaled(&demand[queue.parent.value], own, 1);
  }
  entitled_[Tree::kRoot.value] = std::min(kWholeLevel, demand_[Tree::kRoot.value]);
  for (const Queue& queue : tree.queues()) {
    if (!queue.children.empty()) Divide(tree, queue);
  }
}

void Entitlements::Divide(const Tree& tree, const Queue& parent) {
  struct Child {
    Level base;  // of its guarantee, what it demands
    Level demand;
    int64_t weight;
  };
  std::vector<Child> children;
  Uint128 bases = 0;
  for (QueueId id : parent.children) {
    const Level demand = demand_[id.value];
    const Level base = std::min(demand, LevelOf(tree.at(id).guaranteed, tree.total()));
    children.push_back({base, demand, tree.at(id).weight});
    bases += static_cast<Uint128>(base);
  }
  const Level have = entitled_[parent.id.value];
  if (bases > static_cast<Uint128>(have)) {
    // The cluster is smaller than what is guaranteed: each gets the same part of its guarantee.
    for (size_t i = 0; i < children.size(); ++i) {
      const Uint128 part =
          static_cast<Uint128>(children[i].base) * static_cast<Uint128>(have) / bases;
      entitled_[parent.children[i].value] = static_cast<Level>(part);
    }
    return;
  }
  const auto at = [](const Child& child, Level water) {
    const Uint128 raised = static_cast<Uint128>(water) * static_cast<Uint128>(child.weight);
    const auto capped = static_cast<Level>(std::min<Uint128>(raised, kBeyondCluster));
    return std::max(child.base, std::min(child.demand, capped));
  };
  // The highest water at which no more than there is is given: by halving, as many steps as bits.
  Level low = 0;
  Level high = kBeyondCluster;
  while (low < high) {
    const Level middle = high - (high - low) / 2;
    Uint128 sum = 0;
    for (const Child& child : children) sum += static_cast<Uint128>(at(child, middle));
    if (sum <= static_cast<Uint128>(have)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  for (size_t i = 0; i < children.size(); ++i) {
    entitled_[parent.children[i].value] = at(children[i], low);
  }
}

}  // namespace muster
