// SPDX-License-Identifier: Apache-2.0
// The states of a gang (model/gang.h) and what becomes of its room.
#include "test/state/witness.h"

namespace muster::test {
namespace {

// Two nodes of 8 cpu, synced.
struct Cluster : Witness {
  Cluster() {
    See(MakeNode("n1", 8));
    See(MakeNode("n2", 8));
    Hear(Synced{});
  }
  void StartOn(const std::vector<std::pair<Pod, std::string>>& places,
               const std::vector<std::pair<std::string, int32_t>>& holds = {}) {
    Step step{StepKind::kStart, GangOf(places.front().first).id, {}, {}, {}};
    for (const auto& [p, n] : places) step.placements.push_back({pod(p), node(n)});
    for (const auto& [n, count] : holds) step.holds.push_back({node(n), count});
    Do(std::move(step));
  }
  void Accept(const Pod& p, const std::string& n) {
    Hear(BindAccepted{p.uid});
    See(On(p, n));
  }
};

// A gang of two, whose binds are on their way.
struct StartingPair : Cluster {
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  StartingPair() {
    See(a);
    See(b);
    StartOn({{a, "n1"}, {b, "n2"}});
  }
};

TEST_CASE("a gang is starting until its minimum is bound, then started") {
  Cluster c;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  c.See(a);
  c.See(b);
  CHECK(c.GangOf(a).state == GangState::kWaiting);
  c.StartOn({{a, "n1"}, {b, "n2"}});
  CHECK(c.GangOf(a).state == GangState::kStarting);
  c.Accept(a, "n1");
  CHECK(c.GangOf(a).state == GangState::kStarting);
  c.Accept(b, "n2");
  CHECK(c.GangOf(a).state == GangState::kStarted);
  CHECK(c.GangOf(a).full);
}

TEST_CASE("who was passed by as a victim is worth a decision once all its binds are seen") {
  const bool passed_by = GENERATE(true, false);
  StartingPair c;
  const Pod &a = c.a, &b = c.b;
  Plan in_vain;
  if (passed_by) in_vain.unseen = {c.GangOf(a).id};
  c.state.Assume(in_vain, c.now);
  c.state.ClearChanged();
  c.Accept(a, "n1");
  c.Hear(BindAccepted{b.uid});
  CHECK_FALSE(c.state.changed());  // whose eviction would leave b behind
  c.See(On(b, "n2"));
  CHECK(c.state.changed() == passed_by);
  c.state.ClearChanged();
  c.See(On(b, "n2"));
  CHECK_FALSE(c.state.changed());
}

TEST_CASE("a gang of which a bind was refused is decided on when another is accepted") {
  const bool refused = GENERATE(true, false);
  const bool answer_first = GENERATE(true, false);
  StartingPair c;
  if (refused) c.Hear(BindRefused{c.a.uid, 409, "no"});
  c.state.ClearChanged();
  if (answer_first) c.Hear(BindAccepted{c.b.uid});
  c.See(On(c.b, "n2"));
  CHECK(c.state.changed() == refused);  // it may have to be released
}

TEST_CASE("the half-bound limit runs from the first accepted bind, however it is heard") {
  const bool answer_first = GENERATE(true, false);
  StartingPair c;
  const Pod& a = c.a;
  CHECK(c.GangOf(a).first_bind == absl::InfiniteFuture());
  c.now += absl::Seconds(2);
  if (answer_first) c.Hear(BindAccepted{a.uid});
  c.See(On(a, "n1"));  // the watch may be faster than the answer
  if (!answer_first) c.Hear(BindAccepted{a.uid});
  CHECK(c.GangOf(a).first_bind == c.now);
  CHECK(c.state.NextTimer() == c.now + kHalfBoundLimit);
}

TEST_CASE("a start of which every bind is refused ends in a back-off that doubles") {
  Cluster c;
  const Pod a = Member("g", 0, 1);
  c.See(a);
  absl::Duration expected = kBackoff;
  for (int i = 0; i < 12; ++i) {
    c.StartOn({{a, "n1"}});
    c.Hear(BindRefused{a.uid, 409, "no"});
    REQUIRE(c.GangOf(a).state == GangState::kWaiting);
    REQUIRE(c.GangOf(a).backoff_until == c.now + std::min(expected, kLongestBackoff));
    REQUIRE(c.FreeCpu("n1") == 8000);
    expected *= 2;
  }
}

TEST_CASE("a started gang forgets its back-off with the next bind that succeeds") {
  Cluster c;
  const Pod a = Member("g", 0, 1), b = Member("g", 1, 1);
  c.See(a);
  c.StartOn({{a, "n1"}});
  c.Accept(a, "n1");
  c.See(b);
  for (int i = 0; i < 3; ++i) {
    c.Do(Step{StepKind::kGrow, c.GangOf(a).id, {{c.pod(b), c.node("n1")}}, {}, {}});
    c.Hear(BindRefused{b.uid, 500, "later"});
  }
  CHECK(c.GangOf(a).state == GangState::kStarted);
  CHECK(c.GangOf(a).backoff_until == c.now + kBackoff * 4);
  c.Do(Step{StepKind::kGrow, c.GangOf(a).id, {{c.pod(b), c.node("n1")}}, {}, {}});
  c.Accept(b, "n1");
  c.See(Member("g", 2, 1));
  c.Do(Step{StepKind::kGrow, c.GangOf(a).id, {{c.pod(Member("g", 2, 1)), c.node("n1")}}, {}, {}});
  c.Hear(BindRefused{Member("g", 2, 1).uid, 500, "later"});
  CHECK(c.GangOf(a).backoff_until == c.now + kBackoff);
}

TEST_CASE("executors take exactly the room that was held for them") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
  c.StartOn({{driver, "n1"}}, {{"n1", 1}, {"n2", 2}});
  CHECK(c.Held("default") == 6000);
  CHECK(c.Used("default") == 1000);
  c.Accept(driver, "n1");
  CHECK(c.GangOf(driver).state == GangState::kStarted);
  CHECK(c.GangOf(driver).promised == 4);
  const std::string nodes[] = {"n1", "n2", "n2"};
  for (int i = 0; i < 3; ++i) {
    const Pod executor = Executor("app", i);
    c.See(executor);
    c.Do(Step{StepKind::kSettle,
              c.GangOf(driver).id,
              {{c.pod(executor), c.node(nodes[i]), true}},
              {},
              {}});
    CHECK(c.FreeCpu("n1") == 5000);
    CHECK(c.FreeCpu("n2") == 4000);
    c.Accept(executor, nodes[i]);
  }
  CHECK(c.Held("default") == 0);
  CHECK(c.GangOf(driver).full);
  CHECK(c.state.attention().empty());
}

TEST_CASE("member holds live ten minutes from the driver's run, renewed by each new executor") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
  c.StartOn({{driver, "n1"}}, {{"n2", 3}});
  c.Hear(BindAccepted{driver.uid});
  c.See(On(driver, "n1", PodPhase::kPending));
  c.Pass(absl::Minutes(30));  // an image is pulled slowly: the driver does not run yet
  CHECK(HeldMembers(c.GangOf(driver)) == 3);
  c.See(On(driver, "n1"));
  c.Pass(absl::Minutes(9));
  c.See(Executor("app", 0));
  c.Do(Step{StepKind::kSettle,
            c.GangOf(driver).id,
            {{c.pod(Executor("app", 0)), c.node("n2"), true}},
            {},
            {}});
  c.Accept(Executor("app", 0), "n2");
  c.Pass(absl::Minutes(9));
  CHECK(HeldMembers(c.GangOf(driver)) == 2);
  c.Pass(absl::Minutes(1));
  CHECK(HeldMembers(c.GangOf(driver)) == 0);
  CHECK(c.state.Deficit(c.GangOf(driver)) == 0);  // what comes later is growth
  CHECK(c.Held("default") == 0);
}

TEST_CASE("the first real executor replaces the forecast") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(2, 2, 2)});
  c.StartOn({{driver, "n1"}}, {{"n2", 2}});
  c.Accept(driver, "n1");
  const int64_t real = GENERATE(1, 2, 3);
  c.See(Executor("app", 0, real));
  const Gang& gang = c.GangOf(driver);
  CHECK(gang.executor_seen);
  CHECK(AmountAt(c.state.roles().at(gang.executor).each, kCpuColumn) == real * 1000);
  // Planned anew where it differs; a later executor of yet another shape changes nothing.
  CHECK(HeldMembers(gang) == (real == 2 ? 2 : 0));
  CHECK(c.state.Deficit(gang) == (real == 2 ? 0 : 2));
  const RoleId executor = gang.executor;
  c.See(Executor("app", 1, 5));
  CHECK(c.GangOf(driver).executor == executor);
}

TEST_CASE("a lost member's room is kept for its replacement, for the repair grace") {
  Cluster c;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  c.See(a);
  c.See(b);
  c.StartOn({{a, "n1"}, {b, "n2"}});
  c.Accept(a, "n1");
  c.Accept(b, "n2");
  SECTION("it failed") { c.See(On(b, "n2", PodPhase::kFailed)); }
  SECTION("it was deleted") { c.Gone(b); }
  const Gang& gang = c.GangOf(a);
  CHECK(gang.state == GangState::kStarted);
  REQUIRE(gang.repairs.size() == 1);
  CHECK(c.FreeCpu("n2") == 7000);
  CHECK(c.Held("default") == 1000);
  c.Pass(kRepairGrace - absl::Seconds(1));
  CHECK(gang.repairs.size() == 1);
  c.Pass(absl::Seconds(1));
  CHECK(gang.repairs.empty());
  CHECK(c.FreeCpu("n2") == 8000);
  CHECK(c.state.Deficit(gang) == 1);
}

TEST_CASE("a member that succeeded frees its room at once and is not repaired") {
  Cluster c;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  c.See(a);
  c.See(b);
  c.StartOn({{a, "n1"}, {b, "n2"}});
  c.Accept(a, "n1");
  c.Accept(b, "n2");
  c.See(On(b, "n2", PodPhase::kSucceeded));
  CHECK(c.GangOf(a).repairs.empty());
  CHECK(c.state.Deficit(c.GangOf(a)) == 0);
  CHECK(c.FreeCpu("n2") == 8000);
}

TEST_CASE("when the driver ends, or goes, nothing of its gang is held any more") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
  c.StartOn({{driver, "n1"}}, {{"n2", 3}});
  c.Accept(driver, "n1");
  c.See(Executor("app", 0));
  SECTION("it succeeded") { c.See(On(driver, "n1", PodPhase::kSucceeded)); }
  SECTION("it failed") { c.See(On(driver, "n1", PodPhase::kFailed)); }
  SECTION("it was deleted") { c.Gone(driver); }
  CHECK(c.GangOf(Executor("app", 0)).state == GangState::kEnded);
  CHECK(c.Held("default") == 0);
  CHECK(c.state.attention().empty());  // executors that it left are never placed
  c.See(Executor("app", 1));
  CHECK(c.state.attention().empty());
}

TEST_CASE("holds leave a node that goes, changes, or is filled by others") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
  c.StartOn({{driver, "n1"}}, {{"n1", 1}, {"n2", 2}});
  c.Accept(driver, "n1");
  SECTION("it goes") { c.Hear(NodeGone{"n2"}); }
  SECTION("it is cordoned") {
    Node node = MakeNode("n2", 8);
    node.unschedulable = true;
    c.See(node);
  }
  SECTION("others fill it") { c.See(Foreign("other", 5, "n2")); }
  SECTION("others bind one of our waiting pods there") {
    c.See(MakePod("p", 5));
    c.See(On(MakePod("p", 5), "n2"));
  }
  const Gang& gang = c.GangOf(driver);
  CHECK(HeldMembers(gang) == 1);
  CHECK(c.state.Deficit(gang) == 2);
  CHECK(c.state.attention().count(gang.id) == 1);
}

TEST_CASE("holds stay where others leave enough room") {
  Cluster c;
  const Pod driver = Driver("app");
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
  c.StartOn({{driver, "n1"}}, {{"n2", 3}});
  c.Accept(driver, "n1");
  c.See(Foreign("other", 2, "n2"));
  CHECK(HeldMembers(c.GangOf(driver)) == 3);
}

TEST_CASE("a half-bound gang that is given up waits anew, and what was bound is no member") {
  Cluster c;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  c.See(a);
  c.See(b);
  c.StartOn({{a, "n1"}, {b, "n2"}});
  c.Accept(a, "n1");
  c.Hear(BindRefused{b.uid, 403, "no"});
  Plan plan;
  plan.releases.push_back(c.GangOf(a).id);
  c.state.Assume(plan, c.now);
  c.CheckBooks();
  CHECK(c.GangOf(a).state == GangState::kWaiting);
  CHECK(c.StandingOf(a) == Standing::kDeparting);
  CHECK(c.GangOf(a).backoff_until == c.now + kBackoff);
  // Its members come back under new names. They are a start of their own: what was given up does
  // not count as once whole.
  const Pod again = Member("g", 2, 2);
  c.See(again);
  c.StartOn({{b, "n2"}, {again, "n2"}});
  c.Accept(b, "n2");
  CHECK(c.GangOf(a).state == GangState::kStarting);
  c.Gone(a);
  c.Accept(again, "n2");
  CHECK(c.GangOf(b).state == GangState::kStarted);
}

TEST_CASE("a member deleted while its bind is in flight frees its room when it is gone") {
  Cluster c;
  const Pod a = Member("g", 0, 1);
  c.See(a);
  c.StartOn({{a, "n1"}});
  Pod leaving = a;
  leaving.deleting = true;
  c.See(leaving);
  c.Hear(BindRefused{a.uid, 409, "is being deleted"});
  c.Gone(a);
  CHECK(c.FreeCpu("n1") == 8000);
  CHECK(c.Used("default") == 0);
}

}  // namespace
}  // namespace muster::test
