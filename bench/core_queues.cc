// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"
#include "queues/entitlement.h"
#include "queues/turns.h"

namespace muster::bench {

namespace {

constexpr int kNodes = 20'000;
constexpr int kGangs = 10'000;  // in sum, however many queues share them
constexpr int kRuns = 5;

struct Shape {
  int queues;
  std::vector<int> children;  // by depth
};

QueueSpec Grow(const std::vector<int>& children, size_t depth, int index) {
  QueueSpec spec;
  spec.name = absl::StrCat("q", index);
  spec.weight = 1 + index % 3;
  if (depth == children.size()) return spec;
  for (int i = 0; i < children[depth]; ++i) spec.queues.push_back(Grow(children, depth + 1, i));
  return spec;
}

QueueConfig ConfigOf(const Shape& shape) {
  QueueConfig config;
  config.queues = Grow(shape.children, 0, 0).queues;
  return config;
}

std::vector<QueueId> LeavesOf(const Tree& tree) {
  std::vector<QueueId> leaves;
  for (const Queue& queue : tree.queues()) {
    if (queue.leaf()) leaves.push_back(queue.id);
  }
  return leaves;
}

// One cycle over all gangs, which are dealt out to the queues; us. Order and room together: half
// as many nodes' worth of room is taken.
double FullCycle(const Shape& shape, int gangs) {
  World world(kNodes);
  world.state.Apply(QueuesSeen{ConfigOf(shape)}, world.now);
  const std::vector<QueueId> leaves = LeavesOf(world.state.tree());
  for (int i = 0; i < gangs; ++i) {
    const QueueId leaf = leaves[static_cast<size_t>(i) % leaves.size()];
    world.AddPod(world.state.tree().at(leaf).path);
  }
  return MedianMicros(
      kRuns, [] {},
      [&world] {
        Keep(static_cast<int64_t>(Cycle(world.state, world.profile, world.now).steps.size()));
      });
}

// A charge, and its turn: one path of the tree each time.
double UsageUpdate(const Shape& shape) {
  ResourceTable resources;
  Tree tree(ConfigOf(shape), &resources);
  tree.SetTotal({kNodes * kNodeCpu, kNodes * kNodeMemory, kNodes * kNodePods});
  const std::vector<QueueId> leaves = LeavesOf(tree);
  Turns turns(tree, leaves);
  const Amounts each{kPodCpu, kPodMemory, 1};
  constexpr int kUpdates = 200'000;
  const double all = MedianMicros(
      kRuns, [] {},
      [&] {
        for (int i = 0; i < kUpdates; ++i) {
          const QueueId leaf = turns.Next();
          tree.Charge(leaf, each, 1, Tree::Use::kUsed);
          turns.Rekey(leaf);
        }
      });
  return all / kUpdates;
}

double EntitlementsOf(const Shape& shape) {
  ResourceTable resources;
  Tree tree(ConfigOf(shape), &resources);
  tree.SetTotal({kNodes * kNodeCpu, kNodes * kNodeMemory, kNodes * kNodePods});
  std::vector<Amounts> demand(tree.size());
  int64_t pods = 0;
  for (QueueId leaf : LeavesOf(tree)) {
    pods = (pods * 7 + 13) % 101;
    const int64_t each = 64 * pods * kGangs / shape.queues;
    demand[leaf.value] = {each * kPodCpu / 50, each * kPodMemory / 50, each / 50};
  }
  return MedianMicros(
      kRuns, [] {}, [&] { Keep(Entitlements(tree, demand).of(Tree::kRoot)); });
}

}  // namespace

void Queues() {
  Table table(absl::StrCat("Queues of depth 4, on ", kNodes, " nodes"));
  const Shape few{100, {5, 5, 2, 2}};
  double of_few = 0;
  for (const Shape& shape : {few, Shape{2'000, {10, 10, 5, 4}}, Shape{10'000, {10, 10, 10, 10}}}) {
    const std::string with = absl::StrCat(shape.queues, " leaf queues: ");
    const double each = FullCycle(shape, kGangs) / kGangs;
    table.Row(absl::StrCat(with, "an allocation, of ", kGangs), each, "us");
    if (of_few == 0) {
      of_few = each;
      continue;
    }
    table.Row("    of its cost with 100 queues", each / of_few, "x", 1.3);
    table.Row(with + "a cycle, a gang a queue", FullCycle(shape, shape.queues) / 1e3, "ms", 40);
    table.Row(with + "a usage update and its turn", UsageUpdate(shape), "us", 1);
    table.Row(with + "all entitlements", EntitlementsOf(shape) / 1e3, "ms", 2);
  }
}

}  // namespace muster::bench
