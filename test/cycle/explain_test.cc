// SPDX-License-Identifier: Apache-2.0
// What is said of gangs that find no room: who lacks what, where, how much, and what would help.
#include "scheduler/cycle/cycle.h"
#include "test/cycle/laws.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  const Profile profile = MakeProfile("bin-pack");

  void Add(const std::string& name, int64_t cores, Labels labels = {}) {
    Node node = MakeNode(name, cores);
    node.labels = std::move(labels);
    See(node);
  }
  // A Spark job whose driver and executors ask for `cores` each.
  void Submit(const std::string& app, int64_t cores, int32_t executors, Labels driver_selector,
              Labels executor_selector) {
    Pod driver = Driver(app, cores);
    driver.role.node_selector = std::move(driver_selector);
    Forecast forecast = Executors(executors, executors, cores);
    forecast.executor.node_selector = std::move(executor_selector);
    See(driver);
    Hear(ForecastSeen{driver.uid, forecast});
  }
  std::string Say() { return Named(state, Cycle(state, profile, now)); }
};

constexpr char kZone[] = "topology.kubernetes.io/zone";
constexpr char kCapacity[] = "karpenter.sh/capacity-type";

TEST_CASE("roles that compete for slots are named, with the slots and what their nodes share") {
  Cluster c;
  for (int i = 0; i < 3; ++i) {
    c.Add(absl::StrCat("a", i), 4, {{kCapacity, "on-demand"}, {kZone, "a"}});
    c.Add(absl::StrCat("b", i), 4, {{kCapacity, "on-demand"}, {kZone, "b"}});
    c.Add(absl::StrCat("s", i), 4, {{kCapacity, "spot"}, {kZone, "a"}});
  }
  c.Hear(Synced{});
  // Four slots of zone a are taken: nine members need eight.
  c.See(Foreign("f", 4, "a0"));
  c.Submit("pi", 1, 8, {{kCapacity, "on-demand"}, {kZone, "a"}},
           {{kCapacity, "on-demand"}, {kZone, "a"}, {"kubernetes.io/os", "linux"}});
  SECTION("they fit nowhere") {
    CHECK(c.Say() ==
          "verdict ns/pi Predicate #1: no node admits role executor; 9 nodes: 9 lack node selector "
          "karpenter.sh/capacity-type=on-demand,topology.kubernetes.io/zone=a,kubernetes.io/"
          "os=linux; starts when a node that admits it joins");
  }
  SECTION("they fit the cluster") {
    for (int i = 0; i < 3; ++i) {
      c.Add(absl::StrCat("a", i), 4,
            {{kCapacity, "on-demand"}, {"kubernetes.io/os", "linux"}, {kZone, "a"}});
    }
    CHECK(c.Say() ==
          "verdict ns/pi CapacityShort #1: gang needs 9 cpu, 8 free on the nodes that admit it; "
          "1 driver and 8 executors compete for 8 on-demand slots in zone a on nodes with "
          "kubernetes.io/os=linux; node autoscalers do not see the 8 executors to come (autoscale: "
          "none); starts when at least 1 cpu more become free");
  }
}

TEST_CASE("who has nodes of his own does not count for others, nor they for him") {
  Cluster c;
  c.Add("d", 8, {{"pool", "drivers"}});
  c.Add("e", 4, {{"pool", "executors"}});
  c.Hear(Synced{});
  c.See(Foreign("f", 1, "e"));
  c.Submit("pi", 2, 2, {{"pool", "drivers"}}, {{"pool", "executors"}});
  CHECK(c.Say() ==
        "verdict ns/pi CapacityShort #1: gang needs 4 cpu for 2 executors, 3 free on the nodes "
        "that admit these; room for 1 of 2 executors (2 nodes: 1 lack node selector "
        "pool=executors); node autoscalers do not see the 2 executors to come (autoscale: none); "
        "starts when at least 1 cpu more become free");
}

TEST_CASE("fragmented roles: exact where they are like slots, at most where they are not") {
  Cluster c;
  for (const char* name : {"n1", "n2", "n3"}) c.Add(name, 5);
  c.Hear(Synced{});
  for (const char* node : {"n1", "n2", "n3"}) c.See(Foreign(absl::StrCat("f-", node), 2, node));
  SECTION("like slots") {  // three cores free on each, two asked for: a slot on each
    c.Submit("pi", 2, 3, {}, {});
    // Of one shape: one role.
    CHECK(c.Say() ==
          "verdict ns/pi Fragmented #1: enough is free in sum, in pieces too small: room for 3 of "
          "4 members; room for 3 of 4 members (3 nodes); node autoscalers do not see the 3 "
          "executors to come (autoscale: none); starts when nodes have room for 1 more");
  }
  SECTION("of two roles") {
    c.Add("n3", 5, {{"disk", "ssd"}});
    c.Submit("pi", 2, 3, {{"disk", "ssd"}}, {});
    CHECK(
        c.Say() ==
        "verdict ns/pi Fragmented #1: enough is free in sum, in pieces too small: room for 3 of "
        "4 members; 1 driver and 3 executors compete for 3 slots on nodes n1, n2, n3; node "
        "autoscalers do not see the 3 executors to come (autoscale: none); starts when nodes have "
        "room for 1 more");
  }
}

TEST_CASE("what no empty cluster holds: how many it would") {
  Cluster c;
  c.Add("n1", 2);
  c.Add("n2", 2);
  c.Hear(Synced{});
  SECTION("exactly, where roles are like slots") {
    c.Add("n1", 2, {{"disk", "ssd"}});
    c.Submit("pi", 1, 4, {{"disk", "ssd"}}, {});
    CHECK(c.Say() ==
          "verdict ns/pi NeverFits #1: the empty cluster would have room for 4 of 5 members; 1 "
          "driver and 4 executors compete for 4 slots on nodes n1, n2; starts when nodes are added "
          "that hold it, or it asks for less");
  }
  SECTION("at most, where they are not") {
    Pod small = Member("g", 0, 2, 1), big = Member("g", 1, 2, 2);
    small.role.requests.Set(kMemory, 33 * kGi);
    big.role.requests.Set(kMemory, 32 * kGi);
    c.Gone(small);
    c.Hear(NodeGone{"n2"});
    c.See(small);
    c.See(big);
    CHECK(
        c.Say() ==
        "verdict ns/g NeverFits #1: the empty cluster would have room for at most 1 of 2 members; "
        "its roles compete for the same nodes; starts when nodes are added that hold "
        "it, or it asks for less");
  }
  SECTION("a field that is not supported is said before nodes that lack") {
    Pod picky = Member("g", 0, 2), strange = Member("g", 1, 2);
    picky.role.node_selector = {{"disk", "ssd"}};
    strange.role.unsupported = {"spec.affinity.podAffinity"};
    c.See(picky);
    c.See(strange);
    CHECK(c.Say() ==
          "verdict ns/g Predicate #1: no node admits role member; 2 nodes: 2 cannot be judged: not "
          "supported by this version: spec.affinity.podAffinity; starts when it does without that "
          "field");
  }
}

TEST_CASE("everybody in line has a place in it, strict or not; who is not in line has none") {
  for (const LeafOrder order : {LeafOrder::kFifo, LeafOrder::kFair}) {
    Cluster c;
    QueueConfig config;
    for (const char* name : {"a", "b"}) {
      config.queues.push_back(Leaf(name));
      config.queues.back().order = order;
    }
    c.Hear(QueuesSeen{config});
    c.Add("n1", 4);
    c.Hear(Synced{});
    c.See(Foreign("f", 3, "n1"));
    for (int i = 0; i < 6; ++i) {
      Pod pod = MakePod(absl::StrCat("p", i), 2 + i % 3, i);
      pod.queue = i % 2 == 0 ? "a" : "b";
      if (i == 4) pod.config_error = "annotation x: expected y";
      c.See(pod);
    }
    Pod incomplete = Member("g", 0, 2);
    incomplete.queue = "a";
    c.See(incomplete);
    std::vector<std::string> places;
    for (const Verdict& verdict : Cycle(c.state, c.profile, c.now).verdicts) {
      const Gang& gang = c.state.gang(verdict.gang);
      places.push_back(absl::StrCat(gang.name, "=", verdict.position));
    }
    CHECK(absl::StrJoin(places, " ") == "g=0 p0=1 p1=1 p2=2 p3=2 p4=0 p5=3");
  }
}

}  // namespace
}  // namespace muster::test
