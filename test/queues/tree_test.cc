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

TEST_CASE("globs match as in a shell") {
  struct Row {
    const char* glob;
    const char* text;
    bool matches;
  };
  for (const Row& row : {
           Row{"", "", true},           Row{"", "a", false},      Row{"*", "", true},
           Row{"*", "anything", true},  Row{"a", "a", true},      Row{"a", "ab", false},
           Row{"team-*", "team-", true}, Row{"team-*", "team-a", true},
           Row{"team-*", "team", false}, Row{"*-prod", "a-b-prod", true},
           Row{"*-prod", "prod", false}, Row{"a*b*c", "aXbYc", true},
           Row{"a*b*c", "abcbc", true}, Row{"a*b*c", "acb", false}, Row{"b?", "b1", true},
           Row{"b?", "b", false},       Row{"b?", "b12", false},  Row{"?*", "", false},
           Row{"**", "x", true},        Row{"a**c", "abc", true}, Row{"*a", "aaab", false},
           Row{"*aab", "aaaab", true},
       }) {
    CAPTURE(row.glob, row.text);
    CHECK(GlobMatches(row.glob, row.text) == row.matches);
  }
}

TEST_CASE("a pod's label and namespace choose its leaf") {
  using Problem = LeafChoice::Problem;
  const Forest f;
  struct Row {
    const char* label;
    const char* ns;
    const char* leaf;  // "" for none
    Problem problem;
  };
  for (const Row& row : {
           Row{"etl", "team-x", "etl", Problem::kNone},
           Row{"etl", "other", "", Problem::kNamespace},
           Row{"team.a", "other", "team.a", Problem::kNone},
           Row{"team", "other", "", Problem::kNotALeaf},
           Row{"a", "other", "", Problem::kNoSuchQueue},
           Row{"", "team-x", "etl", Problem::kNone},
           Row{"", "b7", "team.b", Problem::kNone},
           Row{"", "other", "", Problem::kNoQueueForNamespace},
       }) {
    CAPTURE(row.label, row.ns);
    const LeafChoice choice = f.tree.Choose(row.label, row.ns);
    CHECK(choice.problem == row.problem);
    CHECK((choice.queue.valid() ? f.tree.at(choice.queue).path : "") == row.leaf);
  }
}

TEST_CASE("a leaf named default takes whom no other leaf lists") {
  ResourceTable resources;
  QueueConfig config = Forest::Config();
  config.queues.push_back(Leaf("default"));
  const Tree open(config, &resources);
  CHECK(open.at(open.Choose("", "other").queue).path == "default");
  CHECK(open.at(open.Choose("", "etl").queue).path == "etl");
  config.queues.back().namespaces = {"mine"};
  const Tree closed(config, &resources);
  CHECK_FALSE(closed.Choose("", "other").queue.valid());
}

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
  CHECK(f.tree.Choose("old.queue", "ns").queue == gone);
  CHECK(f.tree.Choose("", "ns").problem == LeafChoice::Problem::kNoQueueForNamespace);
}

}  // namespace
}  // namespace muster::test
