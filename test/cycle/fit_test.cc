// SPDX-License-Identifier: Apache-2.0
// Fits that greedy placement finds only on a second look, and what is said of those it does not.
#include "scheduler/cycle/fit.h"

#include "scheduler/cycle/cycle.h"
#include "test/cycle/laws.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  const Profile profile = MakeProfile("bin-pack");
  Plan Decide() { return Cycle(state, profile, now); }
  std::string Names() { return Named(state, Decide()); }
};

TEST_CASE("roles that compete for the same nodes are tried the other way round") {
  Cluster c;
  Node small = MakeNode("small", 4);
  small.labels = {{"disk", "ssd"}};
  c.See(small);
  c.See(MakeNode("wide", 8));
  c.Hear(Synced{});
  // The big one has less to spare and is packed on the small node, which alone has a disk.
  Pod big = Member("g", 0, 2, 4), picky = Member("g", 1, 2, 1);
  picky.role.node_selector = {{"disk", "ssd"}};
  c.See(big);
  c.See(picky);
  CHECK(c.Names() == "step 0 ns/g: g-0@wide g-1@small");
}

TEST_CASE("what every reason says of one gang in one small cluster") {
  struct Row {
    int members;
    int64_t cores;
    const char* verdict;
  };
  for (const Row& row : {
           Row{3, 2, "CapacityShort #1: gang needs 6 cpu, 5 free on the nodes that admit it"},
           Row{2, 3, "CapacityShort #1: gang needs 6 cpu, 5 free on the nodes that admit it"},
           Row{1, 4, "Fragmented #1: enough is free in sum, in pieces too small: room for 0 of 1"},
           Row{3, 4, "NeverFits #1: the empty cluster would have room for 2 of 3 members; member"},
           Row{1, 9, "NeverFits #1: the empty cluster would have room for 0 of 1 members; member"},
       }) {
    Cluster c;
    c.See(MakeNode("n1", 4));
    c.See(MakeNode("n2", 4));
    c.Hear(Synced{});
    c.See(Foreign("f1", 1, "n1"));
    c.See(Foreign("f2", 2, "n2"));
    for (int i = 0; i < row.members; ++i) c.See(Member("g", i, row.members, row.cores));
    const std::string names = c.Names();
    CAPTURE(row.members, row.cores, names);
    CHECK(names.rfind(std::string("verdict ns/g ") + row.verdict, 0) == 0);
  }
}

TEST_CASE("growth waits behind the strict head of its leaf where both could use the same nodes") {
  Cluster c;
  c.See(MakeNode("n1", 8));
  c.Hear(Synced{});
  const Pod first = Member("g", 0, 1);
  c.See(first);
  c.Do(Step{StepKind::kStart, c.GangOf(first).id, {{c.pod(first), c.node("n1")}}, {}, {}});
  c.See(On(first, "n1"));
  c.See(MakePod("head", 8, 1));
  c.See(Member("g", 1, 1, 1, 2));
  const Plan plan = c.Decide();
  CHECK(plan.empty());
  REQUIRE(plan.verdicts.size() == 2);
  CHECK(plan.verdicts[0].reason->code == ReasonCode::kBehindHead);
  c.Gone(MakePod("head"));
  CHECK(c.Names() == "step 4 ns/g: g-1@n1");
}

TEST_CASE("the first executor of a driver that has none waits behind nobody, the next one does") {
  Cluster c;
  c.See(MakeNode("n1", 8));
  c.Hear(Synced{});
  Pod driver = On(Driver("dyn"), "n1");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(0, 0)});
  c.See(MakePod("head", 8, 1));
  c.See(Executor("dyn", 1));
  c.See(Executor("dyn", 2));
  const Plan plan = c.Decide();
  CHECK(Named(c.state, plan).find("step 4 ns/dyn: dyn-exec-1@n1\n") == 0);
  REQUIRE(plan.verdicts.size() == 2);
  CHECK(plan.verdicts[0].reason->code == ReasonCode::kBehindHead);
}

TEST_CASE("a gang ahead that can never fit blocks nobody") {
  Cluster c;
  c.See(MakeNode("n1", 8));
  c.Hear(Synced{});
  c.See(MakePod("never", 9, 0));
  c.See(MakePod("later", 8, 1));
  const Plan plan = c.Decide();
  REQUIRE(plan.steps.size() == 1);
  CHECK(plan.steps[0].placements[0].pod == c.pod(MakePod("later")));
}

TEST_CASE("a head blocks its leaf only on the nodes that admit it") {
  Cluster c;
  for (const char* pool : {"a", "b"}) {
    Node node = MakeNode(std::string("n-") + pool, 8);
    node.labels = {{"pool", pool}};
    c.See(node);
  }
  c.Hear(Synced{});
  c.See(Foreign("f", 1, "n-a"));
  const auto in_pool = [](Pod pod, const char* pool) {
    pod.role.node_selector = {{"pool", pool}};
    return pod;
  };
  c.See(in_pool(MakePod("head", 8, 0), "a"));
  c.See(in_pool(MakePod("same", 1, 1), "a"));
  c.See(MakePod("either", 1, 2));
  c.See(in_pool(MakePod("other", 1, 3), "b"));
  const Plan plan = c.Decide();
  REQUIRE(plan.steps.size() == 1);
  CHECK(plan.steps[0].placements[0].pod == c.pod(MakePod("other")));
  REQUIRE(plan.verdicts.size() == 3);
  CHECK(plan.verdicts[1].reason->code == ReasonCode::kBehindHead);
  CHECK(plan.verdicts[2].reason->code == ReasonCode::kBehindHead);
}

}  // namespace
}  // namespace muster::test
