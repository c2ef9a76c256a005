// SPDX-License-Identifier: Apache-2.0
#include "queues/tree.h"

#include "catch2/catch.hpp"
#include "test/model/objects.h"

namespace muster::test {
namespace {

// etl (max 10 cpu, guaranteed 4 cpu and 8Gi; of team-* and etl), team (max 6 cpu) with a (max 4
// cpu) and b.
struct Forest {
  Forest() : tree(Config(), &resources) { tree.SetTotal(resources.ToAmounts(Cpu(100, 100))); }

  static QueueConfig Config() {
    QueueConfig config;
    QueueSpec etl = Leaf("etl", Cpu(10));
    etl.guaranteed = Cpu(4, 8);
    etl.namespaces = {"team-*", "etl"};
    QueueSpec team = Leaf("team", Cpu(6));
    team.queues = {Leaf("a", Cpu(4)), Leaf("b")};
    team.queues[1].namespaces = {"b?"};
    config.queues = {etl, team, Leaf("open")};
    return config;
  }
  QueueId at(const char* path) const { return tree.FindLeaf(path); }
  void Use(const char* path, int64_t cores, int64_t gibibytes = 0,
           Tree::Use use = Tree::Use::kUsed) {
    tree.Charge(at(path), resources.ToAmounts(Cpu(cores, gibibytes)), 1, use);
  }

  ResourceTable resources;
  Tree tree;
};

TEST_CASE("usage is charged at the leaf and at every queue above it, and given back") {
  Forest f;
  f.Use("team.a", 2);
  f.Use("team.b", 1);
  f.Use("team.b", 3, 0, Tree::Use::kHeld);
  const Queue& team = f.tree.at(f.tree.at(f.at("team.a")).parent);
  CHECK(team.path == "team");
  CHECK(team.used[kCpuColumn] == 3000);
  CHECK(team.held[kCpuColumn] == 3000);
  CHECK(f.tree.at(Tree::kRoot).used[kCpuColumn] == 3000);
  CHECK(f.tree.at(f.at("team.a")).used[kCpuColumn] == 2000);
  f.tree.Charge(f.at("team.b"), f.resources.ToAmounts(Cpu(1)), -3, Tree::Use::kHeld);
  CHECK(team.held[kCpuColumn] == 0);
}

TEST_CASE("max counts what is used and held, at every level") {
  Forest f;
  f.Use("team.b", 3, 0, Tree::Use::kHeld);
  f.Use("team.b", 1);
  const auto exceeds = [&f](const char* path, int64_t cores) {
    const Tree::Excess excess = f.tree.Exceeds(f.at(path), f.resources.ToAmounts(Cpu(cores)));
    return excess.queue.valid() ? f.tree.at(excess.queue).path : "fits";
  };
  CHECK(exceeds("team.a", 2) == "fits");
  CHECK(exceeds("team.a", 3) == "team");
  CHECK(exceeds("team.a", 5) == "team.a");  // from the leaf upwards
  CHECK(exceeds("team.b", 2) == "fits");
  CHECK(exceeds("team.b", 3) == "team");
  CHECK(exceeds("open", 1'000'000) == "fits");
}

TEST_CASE("a max of zero allows none of a resource, one that is not named allows all") {
  ResourceTable resources;
  QueueConfig config;
  config.queues = {Leaf("q")};
  config.queues[0].max.Set("gpu", 0, /*keep_zero=*/true);
  const Tree tree(config, &resources);
  const QueueId q = tree.FindLeaf("q");
  CHECK_FALSE(tree.Exceeds(q, resources.ToAmounts(Cpu(9999, 9999))).queue.valid());
  CHECK(tree.Exceeds(q, resources.ToAmounts(ResourceList{{"gpu", 1}})).queue.valid());
  CHECK(tree.ExceedsEmpty(q, resources.ToAmounts(ResourceList{{"gpu", 1}})).queue.valid());
}

TEST_CASE("below guaranteed means below in every resource that the guarantee names") {
  Forest f;
  CHECK(f.tree.BelowGuaranteed(f.at("etl")));
  CHECK_FALSE(f.tree.BelowGuaranteed(f.at("open")));
  f.Use("etl", 3, 7);
  CHECK(f.tree.BelowGuaranteed(f.at("etl")));
  f.Use("etl", 1, 0, Tree::Use::kHeld);
  CHECK_FALSE(f.tree.BelowGuaranteed(f.at("etl")));
}

TEST_CASE("first goes who is below guaranteed, then the lowest share, then the name") {
  Forest f;
  const QueueId etl = f.at("etl"), open = f.at("open");
  f.Use("etl", 3);
  CHECK(f.tree.Before(etl, open));  // below guaranteed, though its share is higher
  f.Use("etl", 1);
  CHECK(f.tree.Before(open, etl));
  f.Use("open", 4);
  CHECK(f.tree.Before(etl, open));  // equal shares: by name
  CHECK_FALSE(f.tree.Before(open, etl));
}

TEST_CASE("a leaf that left the config is counted as a draining one, and closed") {
  Forest f;
  const QueueId gone = f.tree.LeafOrDraining("old.queue");
  CHECK(f.tree.at(gone).draining);
  CHECK(f.tree.LeafOrDraining("old.queue") == gone);
  CHECK(f.tree.LeafOrDraining("team.a") == f.at("team.a"));
  f.Use("old.queue", 2);
  CHECK(f.tree.at(Tree::kRoot).used[kCpuColumn] == 2000);
  CHECK(f.tree.Choose({"old.queue", "ns", "ns/default"}).queue == gone);
  CHECK(f.tree.Choose({"", "ns", "ns/default"}).problem ==
        LeafChoice::Problem::kNoQueueForNamespace);
}

TEST_CASE("a leaf that left the config is counted where its path still leads") {
  Forest f;
  const QueueId gone = f.tree.LeafOrDraining("team.old");
  CHECK(f.tree.at(f.tree.at(gone).parent).path == "team");
  f.Use("team.old", 5);
  CHECK(f.tree.Exceeds(f.at("team.a"), f.resources.ToAmounts(Cpu(2))).queue.valid());
  // The path of what is an inner queue now.
  const QueueId once_a_leaf = f.tree.LeafOrDraining("team");
  CHECK(f.tree.at(once_a_leaf).parent == Tree::kRoot);
  CHECK(f.tree.at(once_a_leaf).leaf());
}

TEST_CASE("of siblings the one with the higher priority goes first, whatever the shares") {
  ResourceTable resources;
  QueueConfig config = Forest::Config();
  config.queues[2].priority = 5;
  Tree tree(config, &resources);
  tree.SetTotal(resources.ToAmounts(Cpu(100, 100)));
  const QueueId etl = tree.FindLeaf("etl"), open = tree.FindLeaf("open");
  tree.Charge(open, resources.ToAmounts(Cpu(50)), 1, Tree::Use::kUsed);
  CHECK(tree.Before(etl, open));  // below guaranteed
  tree.Charge(etl, resources.ToAmounts(Cpu(4)), 1, Tree::Use::kUsed);
  CHECK(tree.Before(open, etl));
}

TEST_CASE("what a queue says of those below it is in force there") {
  ResourceTable resources;
  QueueConfig config;
  QueueSpec inner = Leaf("inner");
  inner.state = QueueState::kDraining;
  inner.max_priority = 10;
  inner.reclaimable = false;
  inner.min_runtime = absl::Minutes(5);
  QueueSpec strict = Leaf("strict");
  strict.state = QueueState::kClosed;
  strict.max_priority = 20;
  strict.preemptible = false;
  strict.min_runtime = absl::Minutes(1);
  inner.queues = {strict, Leaf("plain")};
  inner.queues[1].max_priority = 5;
  config.queues = {inner, Leaf("other")};
  const Tree tree(config, &resources);
  const Queue& below = tree.at(tree.FindLeaf("inner.strict"));
  CHECK(below.state == QueueState::kClosed);
  CHECK(below.max_priority == 10);
  CHECK_FALSE(below.reclaimable);
  CHECK_FALSE(below.preemptible);
  CHECK(below.min_runtime == absl::Minutes(5));
  const Queue& plain = tree.at(tree.FindLeaf("inner.plain"));
  CHECK(plain.state == QueueState::kDraining);
  CHECK(plain.max_priority == 5);
  CHECK(plain.preemptible);
  CHECK(tree.at(tree.FindLeaf("other")).state == QueueState::kOpen);
}

TEST_CASE("running gangs are counted at every level, and the first full queue is named") {
  ResourceTable resources;
  QueueConfig config = Forest::Config();
  config.queues[1].max_running = 3;
  config.queues[1].queues[0].max_running = 1;
  Tree tree(config, &resources);
  const QueueId a = tree.FindLeaf("team.a"), b = tree.FindLeaf("team.b");
  const auto full = [&tree](QueueId leaf) {
    const QueueId at = tree.FullOfGangs(leaf);
    return at.valid() ? tree.at(at).path : "-";
  };
  CHECK(full(a) == "-");
  tree.CountRunning(a, 1);
  CHECK(full(a) == "team.a");
  CHECK(full(b) == "-");
  tree.CountRunning(b, 2);
  CHECK(full(b) == "team");
  CHECK(full(a) == "team.a");
  tree.CountRunning(a, -1);
  CHECK(full(b) == "-");
}

TEST_CASE("who may not be reclaimed from keeps to its guarantee of what siblings are guaranteed") {
  ResourceTable resources;
  QueueConfig config;
  QueueSpec keeps = Leaf("keeps", Cpu(50));
  keeps.max.Set(kMemory, 100 * kGi);
  keeps.guaranteed = Cpu(4);
  keeps.reclaimable = false;
  QueueSpec sure = Leaf("sure");
  sure.guaranteed = Cpu(6);
  config.queues = {keeps, sure, Leaf("plain")};
  const auto limit = [&resources](const QueueConfig& of, const char* path) {
    const Tree tree(of, &resources);
    return tree.at(tree.FindLeaf(path)).limit;
  };
  CHECK(limit(config, "keeps")[kCpuColumn] == 4000);
  CHECK(limit(config, "keeps")[kMemoryColumn] == 100 * kGi);  // nobody is guaranteed memory
  CHECK(limit(config, "sure")[kCpuColumn] == kUnlimited);
  config.queues[1].guaranteed = {};
  CHECK(limit(config, "keeps")[kCpuColumn] == 50000);
}

}  // namespace
}  // namespace muster::test
