// SPDX-License-Identifier: Apache-2.0
// What waiting pods are told, when, and how often: every telling is an API write.
#include "test/loop/scripted_world.h"

namespace muster::loop::test {
namespace {

struct Full : ScriptedWorld {
  Full() {
    See(MakeNode("n1", 4));
    See(Foreign("filler", 3, "n1"));
    Tell(Synced{});
  }
};

TEST_CASE("all members are told in one burst, after a second of patience, with one event") {
  Full world;
  for (int i = 0; i < 3; ++i) world.See(Member("g", i, 3));
  world.Run(absl::Milliseconds(999));
  CHECK(world.conditions.empty());
  world.Run(absl::Milliseconds(1));
  CHECK(world.conditions.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(absl::StartsWith(world.Told(Member("g", i, 3)),
                           "Unschedulable / CapacityShort: gang needs 3 cpu, 1 free on the nodes"));
  }
  CHECK(world.Warnings() == 1);
}

TEST_CASE("what starts within the patience is told nothing") {
  Full world;
  world.See(Member("g", 0, 2));
  world.See(Member("g", 1, 2));
  world.Run(absl::Milliseconds(900));
  world.See(MakeNode("n2", 4));
  world.Run(absl::Seconds(10));
  CHECK(world.BindsOf(Member("g", 0, 2)) == 1);
  CHECK(world.conditions.empty());
  CHECK(world.Warnings() == 0);
}

TEST_CASE("a gang whose members still come is told when they stop coming; who joins later, alone") {
  Full world;
  world.See(Member("g", 0, 10));
  world.Run(absl::Seconds(4));
  world.See(Member("g", 1, 10));
  world.Run(absl::Seconds(4));
  CHECK(world.conditions.empty());
  world.Run(absl::Seconds(1));
  CHECK(world.conditions.size() == 2);
  world.See(Member("g", 2, 10));
  world.Run(absl::Seconds(10));
  CHECK(world.conditions.size() == 3);
  CHECK(world.Warnings() == 1);
}

TEST_CASE("a gang that never stops growing is told all the same") {
  Full world;
  for (int i = 0; i < 10; ++i) {
    world.See(Member("g", i, 100));
    world.Run(absl::Seconds(4));
  }
  CHECK(world.conditions.size() == 10);
  CHECK(world.Warnings() == 1);
}

TEST_CASE("a reason that stands is not written again") {
  Full world;
  world.See(MakePod("p", 2));
  world.Run(absl::Seconds(2));
  REQUIRE(world.conditions.size() == 1);
  world.Run(absl::Minutes(4));
  world.See(MakeNode("n1", 4, 32));  // a cycle for another's sake
  world.Run(absl::Minutes(4));       // and not so long that its leaf starves
  CHECK(world.conditions.size() == 1);
  CHECK(world.Warnings() == 1);
}

// Both are of one kind, so that both are told by the same object; the second has the first's slot.
TEST_CASE("a gang in the place of another that waited for the same is told on its own") {
  Full world;
  world.See(MakePod("a-head", 2));
  world.See(MakePod("first", 2));
  world.Run(absl::Seconds(2));
  REQUIRE(world.conditions.size() == 2);
  const Verdict first = world.plans.back().verdicts.at(1);
  world.Tell(PodGone{MakePod("first", 2).uid});
  world.See(MakePod("second", 2));
  world.Run(absl::Seconds(2));
  const Verdict second = world.plans.back().verdicts.at(1);
  REQUIRE(second.gang == first.gang);
  REQUIRE(second.reason.Is(first.reason));
  REQUIRE(world.conditions.size() == 3);
  CHECK(world.conditions.back().pod.name == "second");
  CHECK(world.Warnings() == 3);
}

TEST_CASE("numbers that move are written at most every five minutes") {
  Full world;
  world.See(MakePod("p", 3));
  world.Run(absl::Seconds(1));
  REQUIRE(world.conditions.size() == 1);
  for (int i = 0; i < 20; ++i) {
    world.See(MakeNode("n1", i % 2 == 0 ? 5 : 4));
    world.Run(absl::Seconds(10));
  }
  CHECK(world.conditions.size() == 1);
  world.See(MakeNode("n1", 5));
  world.Run(absl::Minutes(5));
  CHECK(world.conditions.size() == 2);
  CHECK(world.Warnings() == 1);
}

TEST_CASE("another code is told anew, after its own patience; one event for each code") {
  Full world;
  world.See(MakePod("p", 3));
  world.Run(absl::Seconds(1));
  CHECK(absl::StartsWith(world.Told(MakePod("p")), "Unschedulable / CapacityShort"));
  QueueConfig config;
  config.queues.push_back(Leaf("default", Cpu(1)));
  world.Tell(QueuesSeen{config});
  world.Run();
  CHECK(world.Told(MakePod("p")) ==
        "NeverFits / NeverFits: gang needs 3 cpu, max of queue default allows 1; starts when that "
        "is raised to 3 cpu, or it asks for less");
  world.Tell(QueuesSeen{DefaultQueueConfig()});
  world.Run(absl::Seconds(1));
  CHECK(world.conditions.size() == 3);
  CHECK(world.Warnings() == 2);  // of CapacityShort there was one
}

TEST_CASE("members that join a waiting gang are told too") {
  Full world;
  world.See(Member("g", 0, 2, 2));
  world.See(Member("g", 1, 2, 2));
  world.Run(absl::Seconds(1));
  CHECK(world.conditions.size() == 2);
  Pod told = Member("g", 0, 2, 2);
  told.condition_reason = world.conditions[0].reason;
  told.condition_message = world.conditions[0].message;
  world.See(told);
  told = Member("g", 1, 2, 2);
  told.condition_reason = world.conditions[1].reason;
  told.condition_message = world.conditions[1].message;
  world.See(told);
  world.See(Member("g", 2, 2, 2));
  world.Run(absl::Seconds(2));
  CHECK(world.conditions.size() == 3);
  CHECK(!world.Told(Member("g", 2, 2)).empty());
  CHECK(world.Warnings() == 1);
}

TEST_CASE("a restarted daemon does not write again what stands on the pods") {
  Full first;
  first.See(MakePod("p", 3));
  first.Run(absl::Seconds(1));
  REQUIRE(first.conditions.size() == 1);
  Pod pod = MakePod("p", 3);
  pod.condition_reason = first.conditions[0].reason;
  pod.condition_message = first.conditions[0].message;
  SECTION("with the same numbers") {}
  SECTION("with others") { pod.condition_message += ", once"; }
  Full second;
  second.See(pod);
  second.Run(absl::Minutes(4));
  CHECK(second.conditions.empty());
  CHECK(second.Warnings() == 0);
}

TEST_CASE("a malformed pod is told at once; a driver's absent ConfigMap after five seconds") {
  Full world;
  Pod bad = MakePod("bad");
  bad.config_error = "annotation muster.dev/gang-min: \"x\": expected a number";
  world.See(bad);
  const Pod driver = Driver("app");
  world.See(driver);
  world.Run();
  CHECK(world.Told(bad) ==
        "ConfigError / ConfigError: pod ns/bad: annotation muster.dev/gang-min: \"x\": expected a "
        "number; starts when that is corrected");
  world.Tell(ForecastMissing{driver.uid, "ConfigMap ns/app-conf"});
  world.Run(absl::Milliseconds(4900));
  CHECK(world.Told(driver).empty());
  world.Run(absl::Milliseconds(100));
  CHECK(absl::StrContains(world.Told(driver), "GangIncomplete: waiting for ConfigMap ns/app-conf"));
}

TEST_CASE("only what a new node could cure is called Unschedulable") {
  Full world;
  Pod refused = MakePod("refused", 1, 1);
  refused.queue = "nowhere";
  Pod affine = MakePod("affine", 1, 2);
  affine.role.node_selector = {{"pool", "gpu"}};
  world.See(refused);
  world.See(affine);
  world.See(Member("g", 0, 5));
  world.Run(absl::Seconds(10));
  CHECK(absl::StartsWith(world.Told(refused), "ConfigError / "));
  CHECK(absl::StartsWith(world.Told(affine),
                         "Unschedulable / Predicate: no node admits role member"));
  CHECK(absl::StartsWith(world.Told(Member("g", 0, 5)), "GangIncomplete / "));
}

TEST_CASE("a field that no node can help with buys no nodes") {
  Full world;
  Pod pod = MakePod("p");
  pod.role.unsupported = {"spec.affinity.podAffinity"};
  world.See(pod);
  world.Run(absl::Seconds(10));
  CHECK(absl::StartsWith(world.Told(pod), "Predicate / Predicate: no node admits role member"));
}

TEST_CASE(
    "a repair that lacks quota buys no nodes; one that lacks nodes does, told anew, one event") {
  ScriptedWorld world;
  world.See(MakeNode("n1", 4));
  world.See(MakeNode("n2", 4));
  world.Tell(Synced{});
  const Pod a = Member("g", 0, 2, 3), b = Member("g", 1, 2, 3), c = Member("g", 2, 2, 3);
  world.See(a);
  world.See(b);
  world.Run();
  world.Accept(a);
  world.Accept(b);
  world.Run();
  QueueConfig small;
  small.queues.push_back(Leaf("default", Cpu(4)));
  world.Tell(QueuesSeen{small});
  world.Tell(NodeGone{world.NodeOf(b)});
  world.Tell(PodGone{b.uid});
  world.See(c);
  world.Run(absl::Minutes(2));
  CHECK(
      absl::StartsWith(world.Told(c),
                       "Repairing / Repairing: started, 1 of 2 members have room; queue default: "
                       "3 of 4 cpu used or held, gang needs 3; starts when the queue frees 2 cpu"));
  const size_t told = world.conditions.size();
  world.Tell(QueuesSeen{DefaultQueueConfig()});
  world.Run(absl::Seconds(1));
  CHECK(absl::StartsWith(world.Told(c),
                         "Unschedulable / Repairing: started, 1 of 2 members have room; "));
  CHECK(world.conditions.size() == told + 1);
  CHECK(world.Warnings() == 1);
}

TEST_CASE("a gang that starts, or goes, is spoken of no more") {
  Full world;
  world.See(MakePod("p", 3));
  world.Run(absl::Seconds(1));
  SECTION("it starts") { world.See(MakeNode("n2", 4)); }
  SECTION("it goes") { world.Tell(PodGone{MakePod("p").uid}); }
  world.Run(absl::Hours(1));
  CHECK(world.conditions.size() == 1);
  CHECK(world.loop().NextTimer() == absl::InfiniteFuture());
}

}  // namespace
}  // namespace muster::loop::test
