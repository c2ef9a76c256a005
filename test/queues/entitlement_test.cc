// SPDX-License-Identifier: Apache-2.0
#include "queues/entitlement.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

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
           Row{{1, 1}, {1500, 500}, {1500, 500}, {500, 500}},  // more than there is
           Row{{3, 1}, {1500, 500}, {1500, 900}, {750, 250}},
           Row{{1, 1}, {1500, 300}, {1500, 900}, {700, 300}},
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

// A level poured in 2^-24 parts, halving: what each child would have is asked anew for each water.
Uint128 SlowWater(const Tree& tree, const Entitlements& entitled, const Queue& parent,
                  const std::vector<std::pair<Level, Level>>& bounds) {
  const auto have = static_cast<Uint128>(entitled.of(parent.id)) << 24;
  Uint128 low = 0;
  Uint128 high = Uint128{1} << 90;
  while (low < high) {
    const Uint128 middle = high - (high - low) / 2;
    Uint128 sum = 0;
    for (size_t i = 0; i < parent.children.size(); ++i) {
      const QueueId id = parent.children[i];
      const auto least = static_cast<Uint128>(bounds[i].first) << 24;
      const auto most = static_cast<Uint128>(bounds[i].second) << 24;
      sum += std::max(least, std::min(most, middle * static_cast<Uint128>(tree.at(id).weight)));
    }
    if (sum <= have) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

TEST_CASE("a guarantee is worth the part of the demand that it covers in every resource it names") {
  QueueConfig config;
  config.queues = {Leaf("a"), Leaf("b", {}, 1'000'000)};
  config.queues[0].guaranteed = Cpu(400, 100);
  Fixture f(config);
  const auto of = [&f](const ResourceList& a) {
    std::vector<Amounts> demand(f.tree.size());
    demand[1] = f.resources.ToAmounts(a);
    demand[2] = f.resources.ToAmounts(Cpu(kCores, kCores));
    return Entitlements(f.tree, demand).of(QueueId{1});
  };
  CHECK(Near(of(Cpu(1000, 0)), f.Cores(400)));
  CHECK(Near(of(Cpu(200, 100)), f.Cores(200)));
  CHECK(Near(of(Cpu(200, 200)), f.Cores(100)));   // half of it is covered
  CHECK(Near(of(Cpu(100, 1000)), f.Cores(100)));  // a tenth: 10 cores, 100 Gi
}

TEST_CASE("what nothing is named for is not guaranteed beside it") {
  QueueConfig config;
  config.queues = {Leaf("a"), Leaf("b", {}, 1'000'000)};
  config.queues[0].guaranteed = Cpu(100);
  Fixture f(config);
  std::vector<Amounts> demand(f.tree.size());
  demand[1] = f.resources.ToAmounts(Cpu(100, 900));
  demand[2] = f.resources.ToAmounts(Cpu(kCores, kCores));
  CHECK(Near(Entitlements(f.tree, demand).of(QueueId{1}), f.Cores(100)));
}

TEST_CASE("the largest weights cost nobody its part") {
  QueueConfig config;
  config.queues = {Leaf("a", {}, 1'000'000), Leaf("b", {}, 999'999), Leaf("c")};
  Fixture f(config);
  const std::vector<Amounts> demand(f.tree.size(), f.resources.ToAmounts(Cpu(kCores)));
  const Entitlements entitled(f.tree, demand);
  CHECK(kWholeLevel - entitled.of(QueueId{1}) - entitled.of(QueueId{2}) - entitled.of(QueueId{3}) <
        3);
  CHECK(entitled.of(QueueId{3}) == kWholeLevel / 2'000'000);
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

// By queue, what its guarantee covers of its demand.
std::vector<Level> SlowCovered(const Tree& tree, std::vector<Amounts> demand) {
  std::vector<Level> covered(tree.size());
  for (size_t i = tree.size(); i-- > 0;) {
    const Queue& queue = tree.queues()[i];
    for (size_t column = 0; column < std::min(demand[i].size(), queue.limit.size()); ++column) {
      demand[i][column] = std::min(demand[i][column], queue.limit[column]);
    }
    if (queue.parent.valid()) AddScaled(&demand[queue.parent.value], demand[i], 1);
    const Level all = LevelOf(demand[i], tree.total());
    covered[i] = std::min(all, LevelOf(queue.guaranteed, tree.total()));
    for (size_t column = 0; column < demand[i].size(); ++column) {
      const int64_t guaranteed = AmountAt(queue.guaranteed, column);
      if (guaranteed == 0 || guaranteed >= demand[i][column]) continue;
      const auto part = static_cast<Uint128>(all) * static_cast<Uint128>(guaranteed) /
                        static_cast<Uint128>(demand[i][column]);
      covered[i] = std::min(covered[i], static_cast<Level>(part));
    }
  }
  return covered;
}

TEST_CASE("every division of seeded trees is that of water poured slowly") {
  int64_t raised = 0;
  int64_t scarce = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
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
    const auto covered = SlowCovered(f.tree, demand);
    for (const Queue& parent : f.tree.queues()) {
      if (parent.children.empty()) continue;
      const Level have = entitled.of(parent.id);
      std::vector<std::pair<Level, Level>> bounds;
      Level sum = 0, asked = 0, base = 0;
      for (QueueId id : parent.children) {
        bounds.push_back({covered[id.value], entitled.demand(id)});
        base += covered[id.value];
        sum += entitled.of(id);
        asked += entitled.demand(id);
      }
      if (base > have) {
        for (auto& [low, high] : bounds) high = std::exchange(low, 0);
      }
      const auto children = static_cast<Level>(parent.children.size());
      CAPTURE(seed, parent.path, have, sum, asked, base);
      REQUIRE(sum <= have);
      REQUIRE(sum + children >= std::min(have, asked));
      const Uint128 water = SlowWater(f.tree, entitled, parent, bounds);
      for (size_t i = 0; i < bounds.size(); ++i) {
        const auto [low, high] = bounds[i];
        const Level due = entitled.of(parent.children[i]);
        REQUIRE(due <= high);
        const auto weight = static_cast<Uint128>(f.tree.at(parent.children[i]).weight);
        const auto most = static_cast<Uint128>(high);
        const auto poured = static_cast<Level>(std::min(most, (water * weight) >> 24));
        REQUIRE(std::abs(due - std::max(low, poured)) <= 1);
        raised += due > low && due < high;
        scarce += base > have;
      }
    }
  }
  CHECK(raised > 1000);
  CHECK(scarce > 100);
}

// More to divide, and no queue has less.
TEST_CASE("nobody loses when the others demand less") {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Dice dice(seed);
    QueueConfig config;
    for (int i = dice.Between(2, 5); i > 0; --i) {
      config.queues.push_back(Grow(&dice, 2, absl::StrCat("q", i)));
    }
    Fixture f(config);
    std::vector<Amounts> demand(f.tree.size());
    std::vector<QueueId> leaves;
    for (const Queue& queue : f.tree.queues()) {
      if (!queue.leaf()) continue;
      leaves.push_back(queue.id);
      demand[queue.id.value] = f.resources.ToAmounts(Cpu(dice.Between(0, 400)));
    }
    const Entitlements before(f.tree, demand);
    const QueueId less = dice.Of(leaves);
    demand[less.value].clear();
    const Entitlements after(f.tree, demand);
    for (QueueId leaf : leaves) {
      CAPTURE(seed, f.tree.at(leaf).path);
      if (leaf != less) REQUIRE(after.of(leaf) + kLevelTolerance >= before.of(leaf));
    }
  }
}

TEST_CASE("of what no guarantee covers, a queue of higher priority has all it demands first") {
  QueueConfig config;
  for (const char* name : {"low", "low2", "high"}) config.queues.push_back(Leaf(name));
  config.queues[0].guaranteed = Cpu(100);
  config.queues[2].priority = 1;
  Fixture f(config);
  for (const auto& [asked, low, low2, high] :
       {std::array<int64_t, 4>{600, 200, 200, 600}, {900, 100, 0, 900}, {2000, 100, 0, 900}}) {
    std::vector<Amounts> demand(f.tree.size());
    demand[1] = demand[2] = f.resources.ToAmounts(Cpu(1000));
    demand[3] = f.resources.ToAmounts(Cpu(asked));
    const Entitlements entitled(f.tree, demand);
    CAPTURE(asked);
    CHECK(std::abs(entitled.of(QueueId{1}) - f.Cores(low)) <= f.Cores(1) / 2);
    CHECK(std::abs(entitled.of(QueueId{2}) - f.Cores(low2)) <= f.Cores(1) / 2);
    CHECK(std::abs(entitled.of(QueueId{3}) - f.Cores(high)) <= f.Cores(1) / 2);
  }
}

}  // namespace
}  // namespace muster::test
