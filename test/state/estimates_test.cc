// SPDX-License-Identifier: Apache-2.0
// When gangs are thought to end: by what their user says, else by what their app took before.
#include "test/state/witness.h"

namespace muster::test {
namespace {

constexpr absl::Duration kNone = absl::InfiniteDuration();

Pod Of(const std::string& name, const std::string& app) {
  Pod pod = MakePod(name);
  pod.app = app;
  return pod;
}

// Bound by a decision of ours now.
void Start(Witness* w, const Pod& pod) {
  Step step{StepKind::kStart, w->GangOf(pod).id, {{w->pod(pod), w->node("n1"), false}}, {}, {}};
  w->Do(step);
}

Pod Stamped(Pod pod, absl::Time at) {
  pod = On(pod, "n1");
  pod.stamp = Stamp{"default", pod.gang.empty() ? pod.name : pod.gang, 1, "ns/default", 0, "", at};
  return pod;
}

void RunFor(Witness* w, const Pod& pod, absl::Duration time, PodPhase end) {
  w->See(pod);
  Start(w, pod);
  w->See(Stamped(pod, w->now));
  w->Pass(time);
  Pod over = Stamped(pod, w->now - time);
  over.phase = end;
  w->See(over);
  w->Gone(over);
}

Witness Fresh() {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.Hear(Synced{});
  return w;
}

TEST_CASE("what its user says goes before what its app took") {
  Witness w = Fresh();
  RunFor(&w, Of("a", "nightly"), absl::Seconds(70), PodPhase::kSucceeded);
  Pod known = Of("b", "nightly");
  Pod said = Of("c", "nightly");
  said.runtime = absl::Seconds(5);
  Pod other = Of("d", "hourly");
  for (const Pod& pod : {known, said, other}) w.See(pod);
  CHECK(w.state.Estimate(w.GangOf(known)) == absl::Seconds(70));
  CHECK(w.state.Estimate(w.GangOf(said)) == absl::Seconds(5));
  CHECK(w.state.Estimate(w.GangOf(other)) == kNone);
}

TEST_CASE("only what did its work is history") {
  Witness w = Fresh();
  RunFor(&w, Of("a", "nightly"), absl::Seconds(70), PodPhase::kFailed);
  Pod gone = Of("b", "nightly");
  w.See(gone);
  Start(&w, gone);
  w.Pass(absl::Seconds(9));
  w.Gone(gone);
  CHECK(w.state.ToMemory().run_times.empty());
}

TEST_CASE("history is remembered through a restart") {
  Witness w = Fresh();
  RunFor(&w, Of("a", "nightly"), absl::Seconds(70), PodPhase::kSucceeded);
  Witness next;
  next.Hear(MemorySeen{w.state.ToMemory()});
  next.Hear(Synced{});
  const Pod pod = Of("b", "nightly");
  next.See(pod);
  CHECK(next.state.Estimate(next.GangOf(pod)) == absl::Seconds(70));
}

TEST_CASE("how long a gang ran that ended while nobody watched is not known") {
  Witness w;
  w.See(MakeNode("n1", 8));
  Pod pod = Stamped(Of("a", "nightly"), At(0));
  pod.phase = PodPhase::kSucceeded;
  w.now = At(500);
  w.See(pod);
  w.Hear(Synced{});
  w.See(pod);
  CHECK(w.state.ToMemory().run_times.empty());
}

TEST_CASE("the end is expected by the estimate with which the gang began, after a restart too") {
  Witness w = Fresh();
  Pod pod = MakePod("a");
  pod.runtime = absl::Seconds(100);
  w.See(pod);
  Start(&w, pod);
  CHECK(w.GangOf(pod).ends == At(100));
  CHECK(w.state.NextTimer() <= At(100) + kEstimateGrace);
  Witness next;
  next.now = At(60);
  next.See(MakeNode("n1", 8));
  next.See(Stamped(pod, At(0)));
  next.Hear(Synced{});
  CHECK(next.GangOf(pod).ends == At(100));
}

TEST_CASE("a gang began with its first bind, not with that of a member that came later") {
  Witness w;
  w.See(MakeNode("n1", 8));
  w.now = At(300);
  w.See(Stamped(Member("g", 0, 1), At(10)));
  w.See(Stamped(Member("g", 1, 1), At(200)));
  w.Hear(Synced{});
  CHECK(w.GangOf(Member("g", 0, 1)).began == At(10));
}

TEST_CASE("a gang that waits is looked at again when it has waited too long") {
  Witness w = Fresh();
  const Pod pod = MakePod("a", 20);
  w.See(pod);
  w.state.ClearChanged();
  CHECK(w.state.NextTimer() == At(0) + kDefaultStarveAfter);
  w.Pass(kDefaultStarveAfter);
  CHECK(w.state.changed());
}

}  // namespace
}  // namespace muster::test
