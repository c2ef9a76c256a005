// SPDX-License-Identifier: Apache-2.0
// What turns add up to: gangs of one size are given room turn by turn until it is quiet, and what
// each queue has then is held against what it is entitled to.
#include <algorithm>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "queues/entitlement.h"
#include "queues/turns.h"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

// Everything in gangs of one core: guarantees and maxima, demand and cluster are whole numbers of
// them, so that what is not given is not the fault of a size.
QueueSpec RandomQueue(Dice* dice, int depth, int index, int64_t guaranteed, int heaviest) {
  QueueSpec spec = Leaf(absl::StrCat("q", index), {}, dice->Between(1, heaviest));
  spec.guaranteed = Cpu(guaranteed);
  if (dice->OneIn(4)) spec.max = Cpu(guaranteed + dice->Between(0, 40));
  if (depth == 0 || dice->OneIn(3)) return spec;
  int64_t left = guaranteed;
  for (int i = dice->Between(1, 4); i > 0; --i) {
    const int64_t of_child = dice->OneIn(2) ? dice->Between(0, static_cast<int>(left)) : 0;
    left -= of_child;
    spec.queues.push_back(RandomQueue(dice, depth - 1, i, of_child, heaviest));
  }
  return spec;
}

class Quiet {
 public:
  Quiet(uint64_t seed, int heaviest) : dice_(seed), tree_(Config(heaviest), &resources_) {
    const int cluster = dice_.Between(1, 120);
    tree_.SetTotal(resources_.ToAmounts(Cpu(cluster)));
    std::vector<QueueId> leaves;
    demand_.resize(tree_.size());
    wanted_.resize(tree_.size(), 0);
    for (const Queue& queue : tree_.queues()) {
      if (!queue.leaf()) continue;
      leaves.push_back(queue.id);
      wanted_[queue.id.value] = dice_.OneIn(5) ? 0 : dice_.Between(0, 60);
      demand_[queue.id.value] = resources_.ToAmounts(Cpu(wanted_[queue.id.value]));
    }
    const Amounts gang = resources_.ToAmounts(Cpu(1));
    Turns turns(tree_, leaves);
    int free = cluster;
    for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
      if (free == 0 || wanted_[leaf.value] == 0 || tree_.Exceeds(leaf, gang).queue.valid()) {
        turns.Drop(leaf);
        continue;
      }
      --wanted_[leaf.value];
      --free;
      tree_.Charge(leaf, gang, 1, dice_.OneIn(3) ? Tree::Use::kHeld : Tree::Use::kUsed);
      turns.Rekey(leaf);
    }
  }

  const Tree& tree() const { return tree_; }
  const std::vector<Amounts>& demand() const { return demand_; }
  int64_t Gangs(QueueId id) const {
    return (AmountAt(tree_.at(id).used, 0) + AmountAt(tree_.at(id).held, 0)) / 1000;
  }
  int64_t Guaranteed(QueueId id) const { return AmountAt(tree_.at(id).guaranteed, 0) / 1000; }
  // Whether one more gang below it would have started, had there been room.
  bool Hungry(QueueId id) const {
    const Queue& queue = tree_.at(id);
    const Amounts& max = queue.limit;
    if (!max.empty() && max[0] != kUnlimited && (Gangs(id) + 1) * 1000 > max[0]) return false;
    if (queue.leaf()) return wanted_[id.value] > 0;
    return std::any_of(queue.children.begin(), queue.children.end(),
                       [this](QueueId child) { return Hungry(child); });
  }

 private:
  QueueConfig Config(int heaviest) {
    QueueConfig config;
    for (int i = dice_.Between(1, 5); i > 0; --i) {
      const int guaranteed = dice_.OneIn(3) ? dice_.Between(1, 30) : 0;
      config.queues.push_back(RandomQueue(&dice_, 3, i, guaranteed, heaviest));
    }
    return config;
  }

  Dice dice_;
  ResourceTable resources_;
  Tree tree_;
  std::vector<Amounts> demand_;
  std::vector<int> wanted_;  // by queue, of leaves: gangs not started yet
};

// In parts of a gang.
double Due(const Quiet& quiet, const Entitlements& entitled, QueueId id) {
  const double cluster = static_cast<double>(quiet.tree().total()[0]) / 1000;
  return static_cast<double>(entitled.of(id)) / static_cast<double>(kWholeLevel) * cluster;
}

TEST_CASE("when it is quiet no queue has more than a gang above what it is entitled to") {
  int64_t over = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    const Quiet quiet(seed, 5);
    const Entitlements entitled(quiet.tree(), quiet.demand());
    for (const Queue& queue : quiet.tree().queues()) {
      const auto gangs = static_cast<double>(quiet.Gangs(queue.id));
      const double due = Due(quiet, entitled, queue.id);
      CAPTURE(seed, queue.path, gangs, due);
      REQUIRE(gangs < due + 1.0 + 1e-6);
      over += gangs > due + 0.5;
    }
  }
  CHECK(over > 100);  // it is whole gangs that are given
}

// The law behind it: whoever waits would not have had its turn before anybody's last.
TEST_CASE("when it is quiet nobody's last gang was given before the turn of one that waits") {
  int64_t compared = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    const Quiet quiet(seed, 5);
    for (const Queue& parent : quiet.tree().queues()) {
      for (QueueId waits : parent.children) {
        if (!quiet.Hungry(waits)) continue;
        const int64_t has = quiet.Gangs(waits);
        const bool below = has < quiet.Guaranteed(waits);
        for (QueueId other : parent.children) {
          if (other == waits || quiet.Gangs(other) == 0) continue;
          const int64_t before = quiet.Gangs(other) - 1;
          const bool was_below = before < quiet.Guaranteed(other);
          CAPTURE(seed, quiet.tree().at(waits).path, quiet.tree().at(other).path, has, before);
          ++compared;
          if (was_below && !below) continue;
          REQUIRE(was_below >= below);
          REQUIRE(before * quiet.tree().at(waits).weight <= has * quiet.tree().at(other).weight);
        }
      }
    }
  }
  CHECK(compared > 10'000);
}

// Of each parent's use, divided like water among its children; slow.
std::vector<double> Poured(const Quiet& quiet, const Entitlements& entitled, const Queue& parent) {
  const double have = static_cast<double>(quiet.Gangs(parent.id));
  const double cluster = static_cast<double>(quiet.tree().total()[0]) / 1000;
  std::vector<std::pair<double, double>> bounds;
  double bases = 0;
  for (QueueId id : parent.children) {
    const double demand =
        static_cast<double>(entitled.demand(id)) / static_cast<double>(kWholeLevel) * cluster;
    const double base = std::min(demand, static_cast<double>(quiet.Guaranteed(id)));
    bounds.emplace_back(base, demand);
    bases += base;
  }
  if (bases > have) {
    for (auto& [low, high] : bounds) high = std::exchange(low, 0);
  }
  double low = 0, high = 1e6;
  std::vector<double> poured;
  for (int i = 0; i < 100; ++i) {
    const double water = (low + high) / 2;
    poured.clear();
    double sum = 0;
    for (size_t child = 0; child < bounds.size(); ++child) {
      const auto weight = static_cast<double>(quiet.tree().at(parent.children[child]).weight);
      poured.push_back(
          std::max(bounds[child].first, std::min(bounds[child].second, water * weight)));
      sum += poured.back();
    }
    (sum <= have ? low : high) = water;
  }
  return poured;
}

TEST_CASE("when it is quiet siblings of one weight are within a gang of their part, both ways") {
  double worst = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    const Quiet quiet(seed, 1);
    const Entitlements entitled(quiet.tree(), quiet.demand());
    for (const Queue& parent : quiet.tree().queues()) {
      if (parent.children.empty()) continue;
      const std::vector<double> poured = Poured(quiet, entitled, parent);
      for (size_t i = 0; i < poured.size(); ++i) {
        const auto gangs = static_cast<double>(quiet.Gangs(parent.children[i]));
        CAPTURE(seed, parent.path, i, gangs, poured[i]);
        REQUIRE(std::abs(gangs - poured[i]) < 1.0 + 1e-6);
        worst = std::max(worst, std::abs(gangs - poured[i]));
      }
    }
  }
  CHECK(worst > 0.5);
}

// Between weights that differ the lighter are rounded up first: who has nothing goes before who has
// something, so that nobody starves, and each such gang may be one that the heaviest is short of.
TEST_CASE("when it is quiet a queue is short of no more than its siblings were rounded up by") {
  double worst = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    const Quiet quiet(seed, 5);
    const Entitlements entitled(quiet.tree(), quiet.demand());
    for (const Queue& parent : quiet.tree().queues()) {
      if (parent.children.empty()) continue;
      const std::vector<double> poured = Poured(quiet, entitled, parent);
      for (size_t i = 0; i < poured.size(); ++i) {
        const double missing = poured[i] - static_cast<double>(quiet.Gangs(parent.children[i]));
        CAPTURE(seed, parent.path, i, missing);
        REQUIRE(missing < std::max<double>(1, static_cast<double>(poured.size() - 1)) + 1e-6);
        worst = std::max(worst, missing);
      }
    }
  }
  CHECK(worst > 1);
  CHECK(worst < 2);
}

// What plain hierarchical DRF costs: a parent is charged for its larger need, so that a child which
// needs another resource waits although nobody else uses that.
TEST_CASE("children with complementary needs share their parent's dominant share") {
  ResourceTable resources;
  QueueConfig config;
  QueueSpec both = Leaf("both");
  both.queues = {Leaf("cpu"), Leaf("memory")};
  config.queues = {both, Leaf("other")};
  Tree tree(config, &resources);
  tree.SetTotal(resources.ToAmounts(Cpu(100, 100)));
  const QueueId cpu = tree.FindLeaf("both.cpu"), memory = tree.FindLeaf("both.memory");
  const QueueId other = tree.FindLeaf("other");
  std::vector<Amounts> gangs(tree.size());
  gangs[cpu.value] = gangs[other.value] = resources.ToAmounts(Cpu(1, 0));
  gangs[memory.value] = resources.ToAmounts(Cpu(0, 1));
  Amounts free = tree.total();
  Turns turns(tree, {cpu, memory, other});
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    const Amounts& gang = gangs[leaf.value];
    if (free[0] < gang[0] || free[1] < gang[1]) {
      turns.Drop(leaf);
      continue;
    }
    AddScaled(&free, gang, -1);
    tree.Charge(leaf, gang, 1, Tree::Use::kUsed);
    turns.Rekey(leaf);
  }
  const auto cores = [&tree](QueueId id) { return AmountAt(tree.at(id).used, 0) / 1000; };
  CHECK(cores(cpu) == 50);
  CHECK(cores(other) == 50);
  CHECK(tree.at(memory).used[1] == 100 * kGi);
}

}  // namespace
}  // namespace muster::test
