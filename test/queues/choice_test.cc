// SPDX-License-Identifier: Apache-2.0
// Which leaf a pod goes to, and the leaves that templates make.
#include "catch2/catch.hpp"
#include "queues/tree.h"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

using Problem = LeafChoice::Problem;

// etl of team-* and etl, for accounts spark; team.a of all; team.b of b?; each: a leaf a namespace
// of t-* and solo.
QueueConfig Config() {
  QueueConfig config;
  QueueSpec etl = Leaf("etl");
  etl.namespaces = {"team-*", "etl"};
  etl.service_accounts = {"*/spark", "etl/*"};
  QueueSpec team = Leaf("team");
  team.queues = {Leaf("a"), Leaf("b")};
  team.queues[1].namespaces = {"b?"};
  QueueSpec each = Leaf("each", Cpu(4), 3);
  each.per_namespace = true;
  each.namespaces = {"t-*", "solo"};
  each.order = LeafOrder::kFair;
  each.max_running = 2;
  each.priority = 7;
  config.queues = {etl, team, each, Leaf("open")};
  return config;
}

struct Forest {
  explicit Forest(const QueueConfig& config = Config()) : tree(config, &resources) {}
  std::string Leaf(const LeafChoice& choice) const {
    return choice.queue.valid() ? tree.at(choice.queue).path : "";
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
           Row{"", "", true},
           Row{"", "a", false},
           Row{"*", "", true},
           Row{"*", "anything", true},
           Row{"a", "a", true},
           Row{"a", "ab", false},
           Row{"team-*", "team-", true},
           Row{"team-*", "team-a", true},
           Row{"team-*", "team", false},
           Row{"*-prod", "a-b-prod", true},
           Row{"*-prod", "prod", false},
           Row{"a*b*c", "aXbYc", true},
           Row{"a*b*c", "abcbc", true},
           Row{"a*b*c", "acb", false},
           Row{"b?", "b1", true},
           Row{"b?", "b", false},
           Row{"b?", "b12", false},
           Row{"?*", "", false},
           Row{"**", "x", true},
           Row{"a**c", "abc", true},
           Row{"*a", "aaab", false},
           Row{"*aab", "aaaab", true},
       }) {
    CAPTURE(row.glob, row.text);
    CHECK(GlobMatches(row.glob, row.text) == row.matches);
  }
}

TEST_CASE("a pod's label, namespace and service account choose its leaf") {
  struct Row {
    const char* label;
    const char* ns;
    const char* account;
    const char* leaf;  // "" for none
    Problem problem;
  };
  for (const Row& row : {
           Row{"etl", "team-x", "team-x/spark", "etl", Problem::kNone},
           Row{"etl", "other", "other/spark", "", Problem::kNamespace},
           Row{"etl", "team-x", "team-x/ci", "", Problem::kServiceAccount},
           Row{"etl", "etl", "etl/ci", "etl", Problem::kNone},
           Row{"", "team-x", "team-x/ci", "", Problem::kServiceAccount},
           Row{"", "team-x", "team-x/spark", "etl", Problem::kNone},
           Row{"team.a", "other", "other/x", "team.a", Problem::kNone},
           Row{"team", "other", "other/x", "", Problem::kNotALeaf},
           Row{"a", "other", "other/x", "", Problem::kNoSuchQueue},
           Row{"", "b7", "b7/x", "team.b", Problem::kNone},
           Row{"", "other", "other/x", "", Problem::kNoQueueForNamespace},
           Row{"", "t-1", "t-1/x", "each.t-1", Problem::kNone},
           Row{"", "solo", "solo/x", "each.solo", Problem::kNone},
           Row{"each", "t-2", "t-2/x", "each.t-2", Problem::kNone},
           Row{"each.t-3", "t-3", "t-3/x", "each.t-3", Problem::kNone},
           Row{"each.t-3", "t-4", "t-4/x", "", Problem::kNamespace},
           Row{"each.u-3", "u-3", "u-3/x", "", Problem::kNoSuchQueue},
           Row{"each", "other", "other/x", "", Problem::kNamespace},
       }) {
    CAPTURE(row.label, row.ns, row.account);
    Forest f;
    const LeafChoice choice = f.tree.Choose({row.label, row.ns, row.account});
    CHECK(choice.problem == row.problem);
    CHECK(f.Leaf(choice) == row.leaf);
  }
}

TEST_CASE("a leaf named default takes whom no other leaf lists") {
  QueueConfig config = Config();
  config.queues.push_back(Leaf("default"));
  Forest open(config);
  CHECK(open.Leaf(open.tree.Choose({"", "other", "other/x"})) == "default");
  CHECK(open.Leaf(open.tree.Choose({"", "etl", "etl/x"})) == "etl");
  config.queues.back().namespaces = {"mine"};
  Forest closed(config);
  CHECK_FALSE(closed.tree.Choose({"", "other", "other/x"}).queue.valid());
}

TEST_CASE("a template makes one leaf a namespace, once, with the template's limits") {
  Forest f;
  const size_t before = f.tree.size();
  const QueueId first = f.tree.Choose({"", "t-1", "t-1/x"}).queue;
  CHECK(f.tree.Choose({"each", "t-1", "t-1/y"}).queue == first);
  CHECK(f.tree.LeafOrDraining("each.t-1") == first);
  CHECK(f.tree.size() == before + 1);
  const Queue& leaf = f.tree.at(first);
  const Queue& above = f.tree.at(leaf.parent);
  CHECK(leaf.leaf());
  CHECK_FALSE(above.leaf());
  CHECK(above.path == "each");
  CHECK(above.weight == 3);
  CHECK(above.priority == 7);
  CHECK(above.max.empty());
  CHECK(leaf.weight == 1);
  CHECK(leaf.priority == 0);
  CHECK(leaf.max[kCpuColumn] == 4000);
  CHECK(leaf.max_running == 2);
  CHECK(leaf.order == LeafOrder::kFair);
  // Nobody else's label makes one, and another's name does not open it.
  CHECK_FALSE(f.tree.Choose({"each.t-9", "t-1", "t-1/x"}).queue.valid());
  CHECK(f.tree.size() == before + 1);
}

TEST_CASE("a template's leaf that pods are stamped with is there again, else it drains") {
  Forest f;
  CHECK_FALSE(f.tree.at(f.tree.LeafOrDraining("each.t-1")).draining);
  const Queue& gone = f.tree.at(f.tree.LeafOrDraining("each.u-1"));
  CHECK(gone.draining);
  CHECK(f.tree.at(gone.parent).path == "each");
}

TEST_CASE(
    "a template is guaranteed what its leaves are, and holds them to it if none may be taken") {
  QueueConfig config;
  QueueSpec each = Leaf("each");
  each.per_namespace = true;
  each.namespaces = {"a", "b", "c"};
  each.guaranteed = Cpu(2);
  each.reclaimable = false;
  config.queues = {each};
  Forest f(config);
  const Queue leaf = f.tree.at(f.tree.Choose({"", "b", "b/x"}).queue);
  CHECK(f.tree.at(leaf.parent).guaranteed[kCpuColumn] == 6000);
  CHECK(leaf.guaranteed[kCpuColumn] == 2000);
  CHECK(leaf.limit[kCpuColumn] == 2000);
}

// The obvious way: every queue's every pattern.
QueueId SlowOwner(const Tree& tree, const std::string& ns) {
  for (const Queue& queue : tree.queues()) {
    for (const std::string& glob : queue.namespaces) {
      if (GlobMatches(glob, ns)) return queue.id;
    }
  }
  return QueueId{};
}

TEST_CASE("the owner of a namespace is found without asking every queue") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    QueueConfig config;
    for (int i = 0; i < 12; ++i) {
      QueueSpec leaf = Leaf(absl::StrCat("q", i));
      // No two meet: each begins with its own letter.
      const std::string own(1, static_cast<char>('a' + i));
      leaf.namespaces = {own + dice.Of<std::string>({"", "*", "?", "-*x", "-?*"})};
      config.queues.push_back(leaf);
    }
    Forest f(config);
    for (int i = 0; i < 40; ++i) {
      const std::string ns = std::string(1, static_cast<char>('a' + dice.Between(0, 12))) +
                             dice.Of<std::string>({"", "-", "x", "-x", "-ax", "-abx", "xx"});
      CAPTURE(ns);
      CHECK(f.tree.Choose({"", ns, "x/y"}).queue == SlowOwner(f.tree, ns));
    }
  }
}

}  // namespace
}  // namespace muster::test
