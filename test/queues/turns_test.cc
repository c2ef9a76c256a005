// SPDX-License-Identifier: Apache-2.0
#include "queues/turns.h"

#include <algorithm>
#include <set>

#include "catch2/catch.hpp"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

// Walks from the root and compares all siblings each time.
QueueId SlowNext(const Tree& tree, const std::set<QueueId>& leaves) {
  QueueId at = Tree::kRoot;
  while (!tree.at(at).children.empty()) {
    QueueId best;
    for (QueueId child : tree.at(at).children) {
      const bool has_leaf = std::any_of(leaves.begin(), leaves.end(), [&](QueueId leaf) {
        for (QueueId id = leaf; id.valid(); id = tree.at(id).parent) {
          if (id == child) return true;
        }
        return false;
      });
      if (has_leaf && (!best.valid() || tree.Before(child, best))) best = child;
    }
    if (!best.valid()) return QueueId{};
    at = best;
  }
  return at == Tree::kRoot ? QueueId{} : at;
}

QueueSpec RandomQueue(Dice* dice, int depth, int index) {
  QueueSpec spec = Leaf(absl::StrCat("q", index), {}, dice->Between(1, 5));
  if (dice->OneIn(3)) spec.guaranteed = Cpu(dice->Between(1, 5));
  if (dice->OneIn(3)) spec.priority = dice->Between(-1, 1);
  if (depth == 0 || dice->OneIn(2)) return spec;
  for (int i = dice->Between(1, 4); i > 0; --i) {
    spec.queues.push_back(RandomQueue(dice, depth - 1, i));
  }
  return spec;
}

TEST_CASE("turns are those of a walk that compares all siblings each time") {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Dice dice(seed);
    QueueConfig config;
    for (int i = dice.Between(1, 5); i > 0; --i) config.queues.push_back(RandomQueue(&dice, 2, i));
    ResourceTable resources;
    Tree tree(config, &resources);
    tree.SetTotal(resources.ToAmounts(Cpu(dice.Between(0, 50), dice.Between(0, 50))));
    std::set<QueueId> leaves;
    std::vector<QueueId> all;
    for (const Queue& queue : tree.queues()) {
      if (!queue.leaf()) continue;
      all.push_back(queue.id);
      if (!dice.OneIn(4)) leaves.insert(queue.id);
    }
    for (QueueId leaf : all) {
      tree.Charge(leaf, resources.ToAmounts(Cpu(dice.Between(0, 3))), 1, Tree::Use::kUsed);
    }
    Turns turns(tree, {leaves.begin(), leaves.end()});
    while (true) {
      CAPTURE(seed, leaves.size());
      const QueueId next = turns.Next();
      REQUIRE(next == SlowNext(tree, leaves));
      if (!next.valid()) break;
      if (dice.OneIn(3)) {
        leaves.erase(next);
        turns.Drop(next);
      }
      if (dice.OneIn(4)) continue;
      const auto use = dice.OneIn(2) ? Tree::Use::kUsed : Tree::Use::kHeld;
      tree.Charge(next, resources.ToAmounts(Cpu(dice.Between(0, 3), dice.Between(0, 3))), 1, use);
      turns.Rekey(next);
    }
  }
}

// Their doubles are the same, or in the wrong order.
TEST_CASE("shares that hardly differ are told apart exactly") {
  ResourceTable resources;
  QueueConfig config;
  config.queues = {Leaf("a", {}, 1), Leaf("b", {}, 1), Leaf("c", {}, 3)};
  constexpr int64_t kHuge = int64_t{1} << 60;
  Tree tree(config, &resources);
  tree.SetTotal({kHuge + 7, 0, 0});
  const QueueId a = tree.FindLeaf("a"), b = tree.FindLeaf("b"), c = tree.FindLeaf("c");
  for (int64_t more : {-1, 1}) {
    tree.Charge(a, {kHuge / 4}, 1, Tree::Use::kUsed);
    tree.Charge(b, {kHuge / 4 + more}, 1, Tree::Use::kUsed);
    tree.Charge(c, {kHuge / 4 * 3 + 1}, 1, Tree::Use::kUsed);
    Turns turns(tree, {a, b, c});
    std::vector<QueueId> order;
    for (QueueId next = turns.Next(); next.valid(); next = turns.Next()) {
      order.push_back(next);
      turns.Drop(next);
    }
    CHECK(order == (more < 0 ? std::vector<QueueId>{b, a, c} : std::vector<QueueId>{a, c, b}));
    tree.Charge(a, {kHuge / 4}, -1, Tree::Use::kUsed);
    tree.Charge(b, {kHuge / 4 + more}, -1, Tree::Use::kUsed);
    tree.Charge(c, {kHuge / 4 * 3 + 1}, -1, Tree::Use::kUsed);
  }
}

TEST_CASE("who uses what the cluster has none of goes last, whatever the others use") {
  ResourceTable resources;
  QueueConfig config;
  config.queues = {Leaf("a", {}, 1), Leaf("b", {}, 1), Leaf("c", {}, 1)};
  Tree tree(config, &resources);
  tree.SetTotal({1, 0, 0});
  const QueueId a = tree.FindLeaf("a"), b = tree.FindLeaf("b"), c = tree.FindLeaf("c");
  tree.Charge(a, {0, 1}, 1, Tree::Use::kUsed);
  tree.Charge(b, {int64_t{1} << 62}, 1, Tree::Use::kUsed);
  tree.Charge(c, {0, 5}, 1, Tree::Use::kUsed);
  Turns turns(tree, {a, b, c});
  CHECK(turns.Next() == b);
  turns.Drop(b);
  CHECK(turns.Next() == a);  // both infinite: by name
}

TEST_CASE("without leaves there is no turn") {
  ResourceTable resources;
  const Tree tree(DefaultQueueConfig(), &resources);
  CHECK_FALSE(Turns(tree, {}).Next().valid());
}

TEST_CASE("queues take turns by weight") {
  ResourceTable resources;
  QueueConfig config;
  config.queues = {Leaf("one", {}, 1), Leaf("two", {}, 2)};
  Tree tree(config, &resources);
  tree.SetTotal(resources.ToAmounts(Cpu(100)));
  const QueueId one = tree.FindLeaf("one"), two = tree.FindLeaf("two");
  Turns turns(tree, {one, two});
  int of_two = 0;
  for (int i = 0; i < 30; ++i) {
    const QueueId next = turns.Next();
    of_two += next == two;
    tree.Charge(next, resources.ToAmounts(Cpu(1)), 1, Tree::Use::kUsed);
    turns.Rekey(next);
  }
  CHECK(of_two == 20);
}

}  // namespace
}  // namespace muster::test
