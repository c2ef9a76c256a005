// SPDX-License-Identifier: Apache-2.0
// What each pod counts for, entered once and left once, whatever is heard twice or late.
#include "test/state/witness.h"

namespace muster::test {
namespace {

TEST_CASE("a pod counts on its node from the moment it is bound until it has ended") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  const Pod pod = MakePod("p", 3);
  w.See(pod);
  CHECK(w.StandingOf(pod) == Standing::kWaiting);
  CHECK(w.FreeCpu("n1") == 8000);
  w.See(On(pod, "n1"));
  CHECK(w.StandingOf(pod) == Standing::kBound);
  CHECK(w.FreeCpu("n1") == 5000);
  CHECK(w.Used("default") == 3000);
  w.See(On(pod, "n1", PodPhase::kSucceeded));
  CHECK(w.FreeCpu("n1") == 8000);
  CHECK(w.Used("default") == 0);
  w.Gone(pod);
  CHECK(w.state.pods().count() == 0);
}

TEST_CASE("hearing a fact twice changes nothing") {
  const Pod pod = MakePod("p", 3);
  Pod leaving = On(pod, "n1");
  leaving.deleting = true;
  const std::vector<Event> story = {NodeSeen{MakeNode("n1", 8)},
                                    NodeSeen{MakeNode("n2", 8)},
                                    Synced{},
                                    PodSeen{pod},
                                    PodSeen{Foreign("other", 2, "n1")},
                                    PodSeen{On(pod, "n1")},
                                    PodSeen{leaving},
                                    NodeGone{"n2"},
                                    PodGone{pod.uid},
                                    PodGone{"uid-other"}};
  Witness once, twice;
  for (const Event& event : story) {
    once.Hear(event);
    twice.Hear(event);
    twice.Hear(event);
    REQUIRE(Portrait(once.state) == Portrait(twice.state));
  }
}

TEST_CASE("a fact heard twice does not ask for another cycle") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  w.See(On(MakePod("p"), "n1"));
  w.state.ClearChanged();
  w.See(On(MakePod("p"), "n1"));
  w.See(MakeNode("n1", 8));
  w.Hear(PodGone{"never seen"});
  w.Hear(NodeGone{"never seen"});
  w.Hear(BindAccepted{"never seen"});
  w.Hear(BindRefused{"never seen", 409, "x"});
  w.Hear(QueuesSeen{DefaultQueueConfig()});
  w.Hear(Synced{});
  CHECK_FALSE(w.state.changed());
}

TEST_CASE("the confirmation of our own bind does not ask for another cycle") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  const Pod pod = MakePod("p", 3);
  w.See(pod);
  w.Do(Step{StepKind::kStart, w.GangOf(pod).id, {{w.pod(pod), w.node("n1")}}, {}, {}});
  CHECK(w.StandingOf(pod) == Standing::kAssumed);
  CHECK(w.FreeCpu("n1") == 5000);
  w.Hear(BindAccepted{pod.uid});
  w.state.ClearChanged();
  w.See(On(pod, "n1"));
  CHECK(w.StandingOf(pod) == Standing::kBound);
  CHECK(w.FreeCpu("n1") == 5000);
  CHECK_FALSE(w.state.changed());
}

TEST_CASE("a pod that is being deleted uses its room and is no member to count on") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  Pod pod = On(MakePod("p", 3), "n1");
  w.See(pod);
  pod.deleting = true;
  w.See(pod);
  CHECK(w.StandingOf(pod) == Standing::kDeparting);
  CHECK(w.FreeCpu("n1") == 5000);
  CHECK(w.Used("default") == 3000);
  CHECK(w.GangOf(pod).bound == 0);
}

TEST_CASE("pods of other schedulers count as used once they are on a node, and belong to no gang") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  Pod other = Foreign("other", 3, "");
  w.See(other);
  CHECK(w.FreeCpu("n1") == 8000);
  w.See(Foreign("other", 3, "n1"));
  CHECK(w.FreeCpu("n1") == 5000);
  CHECK(w.Used("default") == 0);
  CHECK(w.state.gangs().empty());
  w.See(On(other, "n1", PodPhase::kFailed));
  CHECK(w.FreeCpu("n1") == 8000);
}

TEST_CASE("a bind by others to another node than ours counts where it really is") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.See(MakeNode("n2", 8));
  w.Hear(Synced{});
  const Pod pod = MakePod("p", 3);
  w.See(pod);
  w.Do(Step{StepKind::kStart, w.GangOf(pod).id, {{w.pod(pod), w.node("n1")}}, {}, {}});
  w.See(On(pod, "n2"));
  CHECK(w.FreeCpu("n1") == 8000);
  CHECK(w.FreeCpu("n2") == 5000);
  w.Hear(BindRefused{pod.uid, 409, "already assigned"});  // the late answer to ours
  CHECK(w.StandingOf(pod) == Standing::kBound);
}

TEST_CASE("a pod resized in place counts with its new size") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  Pod pod = On(MakePod("p", 3), "n1");
  w.See(pod);
  pod.role.requests = Cpu(5);
  w.See(pod);
  CHECK(w.FreeCpu("n1") == 3000);
  pod.role.requests = Cpu(100);
  w.See(pod);
  CHECK(w.FreeCpu("n1") == -92000);
  pod.role.requests = Cpu(3);
  w.See(pod);
  CHECK(w.FreeCpu("n1") == 5000);
}

TEST_CASE("pods known before their node count on it when it comes") {
  Witness w;
  w.See(On(MakePod("p", 3), "n1"));
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  CHECK(w.FreeCpu("n1") == 5000);
  CHECK(w.StandingOf(MakePod("p")) == Standing::kBound);
}

TEST_CASE("gated, deleted and malformed pods are not to be placed") {
  Witness w;
  w.Hear(Synced{});
  Pod gated = MakePod("gated");
  gated.gated = true;
  Pod deleted = MakePod("deleted");
  deleted.deleting = true;
  Pod malformed = MakePod("malformed");
  malformed.config_error = "annotation x: expected y";
  w.See(gated);
  w.See(deleted);
  w.See(malformed);
  CHECK(w.StandingOf(gated) == Standing::kGated);
  CHECK(w.StandingOf(deleted) == Standing::kLeaving);
  CHECK(w.GangOf(gated).waiting.empty());
  CHECK(w.GangOf(deleted).waiting.empty());
  CHECK(w.GangOf(malformed).faulty == 1);
  gated.gated = false;
  w.See(gated);
  CHECK(w.GangOf(gated).waiting.size() == 1);
}

TEST_CASE("a request beyond all measure neither fits nor wraps") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  for (int i = 0; i < 20; ++i) {
    Pod pod = MakePod(absl::StrCat("huge", i));
    pod.role.requests.Set(kMemory, std::numeric_limits<int64_t>::max());
    w.See(pod);
    w.See(On(pod, "n1"));
  }
  CHECK(w.state.nodes().free(kMemoryColumn)[0] < 0);
  for (int i = 0; i < 20; ++i) w.Gone(MakePod(absl::StrCat("huge", i)));
  CHECK(w.state.nodes().free(kMemoryColumn)[0] == 64 * kGi);
}

TEST_CASE("a node that shrinks under its pods has less than nothing free, and recovers") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  w.See(On(MakePod("p", 6), "n1"));
  w.See(MakeNode("n1", 4));
  CHECK(w.FreeCpu("n1") == -2000);
  w.See(MakeNode("n1", 8));
  CHECK(w.FreeCpu("n1") == 2000);
}

}  // namespace
}  // namespace muster::test
