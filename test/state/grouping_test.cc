// SPDX-License-Identifier: Apache-2.0
// Which gang a pod belongs to, whose word counts, and what a new queue config does to those at
// work.
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  Cluster() {
    See(MakeNode("n1", 16));
    Hear(Synced{});
  }
  std::string QueueOf(const Pod& pod) const {
    const Gang& gang = GangOf(pod);
    return gang.queue.valid() ? state.tree().at(gang.queue).path : "-";
  }
  void Configure(std::vector<QueueSpec> queues) {
    QueueConfig config;
    config.queues = std::move(queues);
    Hear(QueuesSeen{config});
  }
};

Pod In(Pod pod, const std::string& queue) {
  pod.queue = queue;
  return pod;
}

TEST_CASE("pods are one gang by label, by Spark application, or alone; never across namespaces") {
  Cluster c;
  Pod foreign = Member("g", 2, 2);
  foreign.ns = "other";
  for (const Pod& pod : {Member("g", 0, 2), Member("g", 1, 2), foreign, MakePod("g"), Driver("app"),
                         Executor("app", 0)}) {
    c.See(pod);
  }
  CHECK(c.GangOf(Member("g", 0, 2)).id == c.GangOf(Member("g", 1, 2)).id);
  CHECK(c.GangOf(foreign).id != c.GangOf(Member("g", 0, 2)).id);
  CHECK(c.GangOf(MakePod("g")).id != c.GangOf(Member("g", 0, 2)).id);
  CHECK(c.GangOf(Driver("app")).id == c.GangOf(Executor("app", 0)).id);
  CHECK(c.GangOf(Driver("app")).kind == GangKind::kSpark);
  CHECK(c.GangOf(Driver("app")).members.size() == 2);
}

TEST_CASE(
    "a gang belongs to the pod that opened it: the queue labels of later members are ignored") {
  Cluster c;
  c.Configure({Leaf("etl"), Leaf("adhoc")});
  c.See(In(Driver("app", 1, 0), "etl"));
  c.See(In(Executor("app", 0, 1, 10), "adhoc"));
  c.See(In(Member("g", 0, 2, 1, 5), "etl"));
  c.See(In(Member("g", 1, 2, 1, 6), "adhoc"));
  CHECK(c.QueueOf(Executor("app", 0)) == "etl");
  CHECK(c.QueueOf(Member("g", 1, 2)) == "etl");
}

TEST_CASE("when the opener of a waiting gang goes, the next oldest speaks for it") {
  Cluster c;
  c.Configure({Leaf("etl"), Leaf("adhoc")});
  c.See(In(Member("g", 0, 2, 1, 5), "etl"));
  c.See(In(Member("g", 1, 2, 1, 6), "adhoc"));
  c.Gone(Member("g", 0, 2));
  CHECK(c.QueueOf(Member("g", 1, 2)) == "adhoc");
  CHECK(c.GangOf(Member("g", 1, 2)).created == At(6));
}

TEST_CASE("the largest gang-min that a living member declares is the minimum, until the start") {
  Cluster c;
  c.See(Member("g", 0, 2));
  CHECK(c.GangOf(Member("g", 0, 2)).minimum == 2);
  c.See(Member("g", 1, 5));
  CHECK(c.GangOf(Member("g", 0, 2)).minimum == 5);
  c.See(Member("g", 1, 3));  // patched while it waits
  CHECK(c.GangOf(Member("g", 0, 2)).minimum == 3);
  c.Gone(Member("g", 1, 3));
  CHECK(c.GangOf(Member("g", 0, 2)).minimum == 2);
  c.See(Member("g", 2, 2));
  c.Do(Step{StepKind::kStart,
            c.GangOf(Member("g", 0, 2)).id,
            {{c.pod(Member("g", 0, 2)), c.node("n1")}, {c.pod(Member("g", 2, 2)), c.node("n1")}},
            {},
            {}});
  c.See(Member("g", 3, 9));
  CHECK(c.GangOf(Member("g", 0, 2)).minimum == 2);
}

TEST_CASE("a pod recreated under the same name is another pod") {
  Cluster c;
  const Pod pod = On(MakePod("p", 3), "n1");
  c.See(pod);
  Pod again = MakePod("p", 2);
  again.uid = "uid-again";
  SECTION("the deletion is heard first") {
    c.Gone(pod);
    c.See(again);
  }
  SECTION("the deletion is heard last") {
    c.See(again);
    c.Gone(pod);
  }
  CHECK(c.FreeCpu("n1") == 16000);
  CHECK(c.StandingOf(again) == Standing::kWaiting);
  CHECK(c.state.pods().count() == 1);
}

TEST_CASE("a declared name whose members have all ended starts a new gang") {
  Cluster c;
  c.See(On(Member("g", 0, 1), "n1"));
  c.See(On(Member("g", 0, 1), "n1", PodPhase::kSucceeded));
  const GangId old = c.GangOf(Member("g", 0, 1)).id;
  CHECK(c.state.gang(old).state == GangState::kEnded);
  c.See(Member("g", 1, 3));
  CHECK(c.GangOf(Member("g", 1, 3)).id != old);
  CHECK(c.GangOf(Member("g", 1, 3)).minimum == 3);
  c.Gone(Member("g", 0, 1));
  CHECK(c.GangOf(Member("g", 1, 3)).members.size() == 1);
  c.See(Member("g", 2, 3));
  CHECK(c.GangOf(Member("g", 2, 3)).id == c.GangOf(Member("g", 1, 3)).id);
}

TEST_CASE("executors of client mode come and go; those of an ended driver are never placed") {
  Cluster c;
  c.See(On(Executor("client", 0), "n1"));
  c.See(On(Executor("client", 0), "n1", PodPhase::kFailed));  // kept by deleteOnTermination=false
  c.See(Executor("client", 1));
  CHECK(c.GangOf(Executor("client", 1)).state == GangState::kWaiting);
  c.See(On(Driver("app"), "n1"));
  c.Hear(ForecastSeen{Driver("app").uid, Executors(1, 1)});
  c.See(Executor("app", 0));
  c.Gone(Driver("app"));
  c.See(Executor("app", 1));
  CHECK(c.GangOf(Executor("app", 1)).state == GangState::kEnded);
}

TEST_CASE("labels that may not be used are refused with the words of the config") {
  Cluster c;
  QueueSpec etl = Leaf("etl");
  etl.namespaces = {"team-*"};
  QueueSpec inner = Leaf("inner");
  inner.queues = {Leaf("leaf")};
  c.Configure({etl, inner});
  c.See(In(MakePod("a"), "etl"));
  c.See(In(MakePod("b"), "inner"));
  c.See(In(MakePod("c"), "nowhere"));
  c.See(MakePod("d"));
  const auto refusal = [&c](const char* name) { return c.GangOf(MakePod(name)).refusal; };
  CHECK(Message(refusal("a")) ==
        "gang may not use queue etl; its namespaces do not include ns; starts when the config "
        "allows it");
  CHECK(refusal("a").code == ReasonCode::kForbidden);
  CHECK(
      Message(refusal("b")) ==
      "label muster.dev/queue: \"inner\": expected a leaf: this queue has queues below it; starts "
      "when that is corrected");
  CHECK(Message(refusal("c")) ==
        "label muster.dev/queue: \"nowhere\": expected the path of a leaf queue of the config; "
        "starts when that is corrected");
  CHECK(Message(refusal("d")) ==
        "gang may not use queue default; no queue lists namespace ns; name one with label "
        "muster.dev/queue; starts when the config allows it");
}

TEST_CASE(
    "work of a queue that leaves the config is kept and counted; new work is told it is closed") {
  Cluster c;
  c.Configure({Leaf("etl"), Leaf("adhoc")});
  c.See(In(On(MakePod("runs", 3), "n1"), "etl"));
  c.See(In(MakePod("waits", 2), "etl"));
  c.Configure({Leaf("adhoc")});
  CHECK(c.Used("etl") == 3000);
  CHECK(c.state.tree().at(c.state.tree().FindLeaf("etl")).draining);
  CHECK(c.GangOf(MakePod("waits")).refusal.code == ReasonCode::kQueueClosed);
  CHECK(c.GangOf(MakePod("waits")).refusal.subject == "etl");
  c.Gone(MakePod("runs"));
  CHECK(c.Used("etl") == 0);
  c.Configure({Leaf("adhoc"), Leaf("etl"), Leaf("third")});
  CHECK(c.GangOf(MakePod("waits")).refusal.code == ReasonCode::kNone);
  CHECK(c.QueueOf(MakePod("waits")) == "etl");
}

TEST_CASE("a reload carries usage, holds and repairs over, whatever the new ids") {
  Cluster c;
  c.Configure({Leaf("a"), Leaf("b"), Leaf("etl")});
  const Pod driver = In(Driver("app"), "etl");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(2, 2)});
  c.Do(Step{StepKind::kStart,
            c.GangOf(driver).id,
            {{c.pod(driver), c.node("n1")}},
            {{c.node("n1"), 2}},
            {}});
  Pod leaving = In(On(MakePod("leaving", 3), "n1"), "b");
  leaving.deleting = true;
  c.See(leaving);
  const std::string user = "ns/default";
  c.Configure({Leaf("etl"), Leaf("b")});
  CHECK(c.Used("etl") == 1000);
  CHECK(c.Held("etl") == 4000);
  CHECK(c.Used("b") == 3000);
  c.Configure({Leaf("only")});  // the pod that leaves is all its gang has: it needs no queue
  CHECK(c.Held("etl") == 4000);
  c.Gone(leaving);
  c.Gone(driver);
  CHECK(AmountAt(c.state.tree().at(Tree::kRoot).used, kCpuColumn) == 0);
  CHECK(AmountAt(c.state.tree().at(Tree::kRoot).held, kCpuColumn) == 0);
}

TEST_CASE("a max that is lowered below what runs evicts nobody and goes negative nowhere") {
  Cluster c;
  c.Configure({Leaf("etl", Cpu(8))});
  c.See(In(On(MakePod("runs", 6), "n1"), "etl"));
  c.Configure({Leaf("etl", Cpu(2))});
  CHECK(c.Used("etl") == 6000);
  CHECK(c.StandingOf(MakePod("runs")) == Standing::kBound);
}

}  // namespace
}  // namespace muster::test
