// SPDX-License-Identifier: Apache-2.0
#include "queues/entitlement.h"

#include <algorithm>

#include "catch2/catch.hpp"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

constexpr int64_t kCores = 1000;  // of the cluster

struct Fixture {
  explicit Fixture(const QueueConfig& config) : tree(config, &resources) {
    tree.SetTotal(resources.ToAmounts(Cpu(kCores, kCores)));
  }
  Level Cores(int64_t cores) { return LevelOf(resources.ToAmounts(Cpu(cores)), tree.total()); }
  ResourceTable resources;
  Tree tree;
};

bool Near(Level a, Level b) { return std::abs(a - b) <= kLevelTolerance; }

TEST_CASE("a level is the largest part of the cluster, of any resource") {
  ResourceTable resources;
  const Amounts total = resources.ToAmounts(Cpu(100, 200));
  CHECK(LevelOf(resources.ToAmounts(Cpu(25, 100)), total) == kWholeLevel / 2);
  CHECK(LevelOf(resources.ToAmounts(Cpu(100, 0)), total) == kWholeLevel);
  CHECK(LevelOf(Amounts(), total) == 0);
  CHECK(LevelOf(resources.ToAmounts({{"gpu", 1}}), total) == kBeyondCluster);
}

TEST_CASE("who demands less than its part leaves the rest to the others, by weight") {
  struct Row {
    std::vector<int64_t> weights, guaranteed, demand, entitled;  // in cores
  };
  for (const Row& row : {
           Row{{1, 1}, {0, 0}, {1000, 1000}, {500, 500}},
           Row{{3, 1}, {0, 0}, {1000, 1000}, {750, 250}},
           Row{{1, 1}, {0, 0}, {100, 2000}, {100, 900}},
           Row{{1, 1}, {0, 0}, {100, 200}, {100, 200}},  // enough for all
           Row{{1, 1, 2}, {0, 0, 0}, {50, 900, 900}, {50, 317, 633}},
           Row{{1, 1}, {800, 0}, {1000, 1000}, {800, 200}},  // the guarantee first
           Row{{1, 1}, {800, 0}, {300, 1000}, {300, 700}},   // as far as it is asked for
           Row{{9, 1}, {0, 400}, {1000, 1000}, {600, 400}},
           Row{{1, 1}, {1500, 500}, {1500, 500}, {750, 250}},  // more than there is
       }) {
    QueueConfig config;
    for (size_t i = 0; i < row.weights.size(); ++i) {
      QueueSpec leaf = Leaf(absl::StrCat("q", i), {}, row.weights[i]);
      leaf.guaranteed = Cpu(row.guaranteed[i]);
      config.queues.push_back(leaf);
    }
    Fixture f(config);
    std::vector<Amounts> demand(f.tree.size());
    for (size_t i = 0; i < row.demand.size(); ++i) {
      demand[i + 1] = f.resources.ToAmounts(Cpu(row.demand[i]));
    }
    const Entitlements entitled(f.tree, demand);
    for (size_t i = 0; i < row.entitled.size(); ++i) {
      CAPTURE(row.weights, row.demand, i);
      const Level due = entitled.of(QueueId{static_cast<uint32_t>(i + 1)});
      CHECK(std::abs(due - f.Cores(row.entitled[i])) <= f.Cores(1) / 2);
    }
  }
}

QueueSpec Grow(Dice* dice, int depth, const std::string& name) {
  QueueSpec spec = Leaf(name, {}, dice->Between(1, 5));
  if (dice->OneIn(4)) spec.max = Cpu(dice->Between(1, 500));
  if (dice->OneIn(3)) spec.guaranteed = Cpu(dice->Between(1, 60));
  if (depth == 0 || dice->OneIn(3)) return spec;
  for (int i = dice->Between(1, 4); i > 0; --i) {
    spec.queues.push_back(Grow(dice, depth - 1, absl::StrCat("q", i)));
  }
  return spec;
}

// What makes a division max-min fair: nobody above its demand, nobody below its base, all given
// that is demanded, and one water level that all stand at who are at neither bound.
TEST_CASE("every division of seeded trees is max-min fair") {
  int64_t raised = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    QueueConfig config;
    for (int i = dice.Between(1, 5); i > 0; --i) {
      config.queues.push_back(Grow(&dice, 3, absl::StrCat("q", i)));
    }
    Fixture f(config);
    std::vector<Amounts> demand(f.tree.size());
    for (const Queue& queue : f.tree.queues()) {
      if (!queue.leaf()) continue;
      demand[queue.id.value] =
          f.resources.ToAmounts(Cpu(dice.Between(0, 400), dice.Between(0, 400)));
    }
    const Entitlements entitled(f.tree, demand);
    for (const Queue& parent : f.tree.queues()) {
      if (parent.children.empty()) continue;
      const Level have = entitled.of(parent.id);
      Level sum = 0, asked = 0, bases = 0, low = 0, high = kBeyondCluster;
      const auto base_of = [&](QueueId id) {
        return std::min(entitled.demand(id), LevelOf(f.tree.at(id).guaranteed, f.tree.total()));
      };
      for (QueueId id : parent.children) bases += base_of(id);
      for (QueueId id : parent.children) {
        const Queue& child = f.tree.at(id);
        const Level due = entitled.of(id);
        const Level base = base_of(id);
        sum += due;
        asked += entitled.demand(id);
        REQUIRE(due <= entitled.demand(id));
        if (bases <= have) REQUIRE(due >= base);
        // Short of its demand: the water is no higher than where it stands; above its base: no
        // lower.
        if (due < entitled.demand(id))
          high = std::min(high, (due + kLevelTolerance) / child.weight);
        if (due > base) low = std::max(low, (due - kLevelTolerance) / child.weight);
      }
      REQUIRE(sum <= have);
      if (bases > have) continue;
      REQUIRE(Near(sum, std::min(have, asked)));
      REQUIRE(low <= high);
      raised += low > 0 && high < kBeyondCluster;
    }
  }
  CHECK(raised > 1000);
}

}  // namespace
}  // namespace muster::test
