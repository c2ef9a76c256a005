// SPDX-License-Identifier: Apache-2.0
// Who is evicted for whom, and what becomes of the room. The cases of priority and entitlement are
// scenarios (test/scenarios/d*, e*, p*); here is what only the plan and the state show.
#include "scheduler/cycle/cycle.h"
#include "test/cycle/laws.h"
#include "test/model/dice.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  const Profile profile = MakeProfile("bin-pack");

  explicit Cluster(std::vector<QueueSpec> queues = {Leaf("default")}) {
    QueueConfig config;
    config.queues = std::move(queues);
    Hear(QueuesSeen{config});
    Hear(Synced{});
  }

  // A gang of `members` x `cores`, in a queue.
  std::vector<Pod> Submit(const std::string& name, int members, int32_t minimum, int64_t cores,
                          int32_t priority, const std::string& queue = "default") {
    std::vector<Pod> pods;
    for (int i = 0; i < members; ++i) {
      Pod pod = Member(name, i, minimum, cores);
      pod.created = now;
      pod.priority = priority;
      pod.queue = queue;
      pods.push_back(pod);
      See(pod);
    }
    return pods;
  }
  // Decides until nothing more happens; what is placed runs. The claims made on the way.
  std::vector<Claim> Settle() {
    std::vector<Claim> claims;
    for (int round = 0; round < 10; ++round) {
      const Plan plan = Cycle(state, profile, now);
      if (plan.empty()) break;
      state.Assume(plan, now);
      CheckBooks();
      claims.insert(claims.end(), plan.claims.begin(), plan.claims.end());
      for (const Step& step : plan.steps) {
        for (const Placement& placement : step.placements) {
          See(On(state.pod(placement.pod).pod, state.nodes().at(placement.node).name));
        }
      }
    }
    return claims;
  }
  std::string Claims() { return Named(state, PlanOf(Settle())); }
  static Plan PlanOf(std::vector<Claim> claims) {
    Plan plan;
    plan.claims = std::move(claims);
    return plan;
  }
  bool Bound(const Pod& pod) const { return StandingOf(pod) == Standing::kBound; }
  std::string ReasonOf(const Pod& pod) {
    for (const Verdict& verdict : Cycle(state, profile, now).verdicts) {
      if (verdict.gang == GangOf(pod).id) return std::string(Name(verdict.reason->code));
    }
    return "";
  }
};

TEST_CASE("what is evicted counts as leaving, and its room as the claimant's, at once") {
  Cluster c({Leaf("a"), Leaf("b")});
  c.See(MakeNode("n1", 4));
  const auto rich = c.Submit("rich", 4, 2, 1, 0, "a");
  c.Settle();
  c.Pass(absl::Seconds(60));
  const auto poor = c.Submit("poor", 2, 2, 1, 0, "b");
  CHECK(c.Claims() == "claim ns/poor n1=2: reclaims rich-3,rich-2");
  CHECK(c.Used("a") == 4000);
  CHECK(AmountAt(c.state.tree().at(c.state.tree().FindLeaf("a")).leaving, kCpuColumn) == 2000);
  CHECK(c.Held("b") == 2000);
  CHECK(c.FreeCpu("n1") == -2000);
  CHECK(c.ReasonOf(poor[0]) == "WaitingForVictims");
  // A third comes; there is nothing to be had from anybody any more.
  const auto third = c.Submit("third", 1, 1, 1, 0, "a");
  CHECK(c.Claims().empty());
  c.Gone(rich[3]);
  CHECK(!c.Bound(poor[0]));
  c.Settle();
  CHECK(!c.Bound(poor[0]));  // whole or not at all
  c.Gone(rich[2]);
  c.Settle();
  CHECK(c.Bound(poor[0]));
  CHECK(c.Bound(poor[1]));
  CHECK(!c.Bound(third[0]));
  CHECK(c.Held("b") == 0);
  CHECK(c.FreeCpu("n1") == 0);
}

TEST_CASE("a refused eviction leaves the victim in peace, and another is found") {
  Cluster c;
  c.See(MakeNode("n1", 2));
  c.See(MakeNode("n2", 2));
  const auto older = c.Submit("older", 1, 1, 2, 0);
  c.Settle();
  c.Pass(absl::Seconds(10));
  const auto younger = c.Submit("younger", 1, 1, 2, 0);
  c.Settle();
  c.Pass(absl::Seconds(10));
  const auto high = c.Submit("high", 1, 1, 2, 10);
  CHECK(c.Claims() == "claim ns/high n2=1: preempts younger-0 whole");
  c.Hear(EvictionRefused{{younger[0].uid}, 429, "a budget"});
  CHECK(c.Bound(younger[0]));
  CHECK(c.GangOf(high[0]).claim.empty());
  CHECK(c.Claims() == "claim ns/high n1=1: preempts older-0 whole");
  c.Hear(EvictionRefused{{older[0].uid}, 429, "a budget"});
  CHECK(c.Claims().empty());
  c.Pass(kSpared);
  CHECK(c.Claims() == "claim ns/high n2=1: preempts younger-0 whole");
}

TEST_CASE("a gang is no victim while a bind of it is accepted and not seen yet") {
  Cluster c;
  c.See(MakeNode("n1", 2));
  const auto low = c.Submit("low", 2, 2, 1, 0);
  c.state.Assume(Cycle(c.state, c.profile, c.now), c.now);
  c.Hear(BindAccepted{low[0].uid});
  c.Hear(BindAccepted{low[1].uid});
  c.See(On(low[0], "n1"));
  c.Submit("high", 2, 2, 1, 10);
  CHECK(c.Claims().empty());  // low-1 would be left
  c.See(On(low[1], "n1"));
  CHECK(c.Claims() == "claim ns/high n1=2: preempts low-0,low-1 whole");
}

TEST_CASE("a victim whose last pod is refused for good is whole again; one without driver is not") {
  const bool spark = GENERATE(false, true);
  CAPTURE(spark);
  Cluster c;
  c.See(MakeNode("n1", 3));
  std::vector<Pod> low;
  if (spark) {
    low = {Driver("low", 1), Executor("low", 1)};
    c.See(low[0]);
    c.Hear(ForecastSeen{low[0].uid, Executors(1, 1)});
    c.Settle();
    c.See(low[1]);
  } else {
    low = c.Submit("low", 2, 2, 1, 0);
  }
  c.Settle();
  REQUIRE(c.Bound(low[1]));
  c.Submit("high", 3, 3, 1, 10);
  REQUIRE(c.Settle().size() == 1);
  Pod first = On(low[0], "n1");
  first.deleting = true;
  c.See(first);
  c.Hear(EvictionRefused{{low[1].uid}, 429, "a budget"});
  CHECK(c.GangOf(low[1]).evicted == spark);
  if (!spark) c.Gone(low[0]);
  Pod again = spark ? Executor("low", 2) : Member("low", 2, 2);
  c.See(again);
  c.Settle();
  CHECK(c.Bound(again) == !spark);
}

TEST_CASE("after a restart, too, executors of a driver on its way out wait with a reason") {
  Cluster c;
  c.See(MakeNode("n1", 4));
  Pod driver = On(Driver("job"), "n1");
  driver.deleting = true;
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(1, 1)});
  const Pod late = Executor("job", 1);
  c.See(late);
  CHECK(c.Settle().empty());
  CHECK(!c.Bound(late));
  CHECK(c.ReasonOf(late) == "GangIncomplete");
}

TEST_CASE("a claim ends with its gang, with its node, and after the victims' grace and a minute") {
  const int end = GENERATE(0, 1, 2);
  Cluster c;
  c.See(MakeNode("n1", 2));
  const auto low = c.Submit("low", 1, 1, 2, 0);
  c.Settle();
  const auto high = c.Submit("high", 1, 1, 2, 10);
  CHECK(c.Claims() == "claim ns/high n1=1: preempts low-0 whole");
  CHECK(c.Held("default") == 2000);
  if (end == 0) c.Gone(high[0]);
  if (end == 1) c.Hear(NodeGone{"n1"});
  if (end == 2) {
    c.Pass(absl::Seconds(89));
    CHECK(c.Held("default") == 2000);
    c.Pass(absl::Seconds(1));
  }
  CHECK(c.Held("default") == 0);
}

TEST_CASE("a victim that will not end is no victim again") {
  Cluster c;
  c.See(MakeNode("n1", 2));
  const auto stuck = c.Submit("stuck", 1, 1, 2, 0);
  c.Settle();
  const auto high = c.Submit("high", 1, 1, 2, 10);
  REQUIRE(c.Settle().size() == 1);
  Pod ending = On(stuck[0], "n1");
  ending.deleting = true;
  c.See(ending);
  c.Pass(absl::Minutes(3));
  CHECK(c.Claims().empty());
  CHECK(c.ReasonOf(high[0]) == "CapacityShort");
}

TEST_CASE("a Spark job goes whole with its driver first; what it still creates is never placed") {
  Cluster c({Leaf("a"), Leaf("b")});
  c.See(MakeNode("n1", 4));
  Pod driver = Driver("job", 2);
  driver.queue = "a";
  c.See(driver);
  c.Hear(ForecastSeen{driver.uid, Executors(1, 1)});
  c.Settle();
  REQUIRE(c.Bound(driver));
  Pod executor = Executor("job", 1);
  c.See(executor);
  c.Settle();
  REQUIRE(c.Bound(executor));
  c.Pass(absl::Seconds(60));
  c.Submit("owner", 1, 1, 2, 0, "b");
  CHECK(c.Claims().empty());  // half of a job cannot be had
  c.See(MakeNode("n2", 2));
  c.Settle();
  c.Submit("more", 2, 2, 2, 0, "b");
  CHECK(c.Claims().empty());
  Cluster d({Leaf("a", {}, 1), Leaf("b", {}, 3)});
  d.See(MakeNode("n1", 4));
  d.See(driver);
  d.Hear(ForecastSeen{driver.uid, Executors(1, 1)});
  d.Settle();
  d.See(executor);
  d.Settle();
  Pod old = executor;
  d.Submit("owner", 1, 1, 3, 0, "b");
  CHECK(d.Claims().empty());  // the job is at what it is entitled to, or would fall below it
}

TEST_CASE("nobody without priority over a gang of its own leaf takes from it") {
  QueueSpec fair = Leaf("default");
  fair.order = LeafOrder::kFair;
  Cluster c({fair});
  c.See(MakeNode("n1", 2));
  c.Submit("low", 1, 1, 2, 5);
  c.Settle();
  c.Submit("equal", 1, 1, 2, 5);
  CHECK(c.Claims().empty());
  auto polite = Member("polite", 0, 1, 2);
  polite.priority = 9;
  polite.preempts = false;
  c.See(polite);
  CHECK(c.Claims().empty());
  c.Submit("high", 1, 1, 2, 6);
  CHECK(c.Claims() == "claim ns/high n1=1: preempts low-0 whole");
}

TEST_CASE("a gang ahead inherits the claim of one behind it, and nobody is evicted twice") {
  Cluster c;
  c.See(MakeNode("n1", 2));
  const auto low = c.Submit("low", 1, 1, 2, 0);
  c.Settle();
  const auto first = c.Submit("first", 1, 1, 2, 5);
  CHECK(c.Claims() == "claim ns/first n1=1: preempts low-0 whole");
  const auto second = c.Submit("second", 1, 1, 2, 9);
  CHECK(c.Claims() == "claim ns/second n1=1: inherits ns/first");
  CHECK(c.GangOf(first[0]).claim.empty());
  c.Gone(low[0]);
  c.Settle();
  CHECK(c.Bound(second[0]));
  CHECK(!c.Bound(first[0]));
}

// The optimum by trying every choice: per gang all, or any of its members above the minimum.
struct Running {
  std::vector<size_t> nodes;  // of its members
  size_t minimum;
  int64_t cores;
};

struct Optimum {
  const std::vector<Running>& gangs;
  int64_t need, cores;
  bool whole_allowed;
  int64_t best = 1000;

  bool Fits(const std::vector<int64_t>& free) const {
    int64_t room = 0;
    for (int64_t left : free) room += left / cores;
    return room >= need;
  }
  void Try(size_t gang, std::vector<int64_t>* free, int64_t evicted) {
    if (evicted >= best) return;
    if (Fits(*free)) {
      best = evicted;
      return;
    }
    if (gang == gangs.size()) return;
    const Running& of = gangs[gang];
    for (uint32_t bits = 0; bits < (uint32_t{1} << of.nodes.size()); ++bits) {
      const auto count = static_cast<size_t>(__builtin_popcount(bits));
      const bool whole = count == of.nodes.size();
      if (whole ? !whole_allowed && of.minimum > 0 : of.nodes.size() - count < of.minimum) continue;
      for (size_t i = 0; i < of.nodes.size(); ++i) {
        if ((bits >> i & 1) != 0) (*free)[of.nodes[i]] += of.cores;
      }
      Try(gang + 1, free, evicted + static_cast<int64_t>(count));
      for (size_t i = 0; i < of.nodes.size(); ++i) {
        if ((bits >> i & 1) != 0) (*free)[of.nodes[i]] -= of.cores;
      }
    }
  }
};

TEST_CASE("victims are at most 1.05 times the optimum of every choice") {
  int64_t found = 0, optimal = 0, cases = 0, worst = 0;
  for (uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Cluster c;
    const int nodes = dice.Between(2, 4);
    for (int i = 0; i < nodes; ++i) c.See(MakeNode(absl::StrCat("n", i), dice.Between(3, 8)));
    std::vector<Running> gangs;
    for (int g = 0; g < 6; ++g) {
      const int members = dice.Between(1, 3);
      const int32_t minimum = dice.Between(1, members);
      const int64_t cores = dice.Between(1, 3);
      const auto pods = c.Submit(absl::StrCat("low", g), members, minimum, cores, 0);
      c.Settle();
      Running of{{}, static_cast<size_t>(minimum), cores};
      for (const Pod& pod : pods) {
        if (!c.Bound(pod)) {
          c.Gone(pod);
          continue;
        }
        of.nodes.push_back(c.state.pod(c.pod(pod)).footing.node.value);
      }
      if (of.nodes.size() >= of.minimum) gangs.push_back(of);
    }
    const int64_t cores = dice.Between(1, 4);
    const int count = dice.Between(1, 4);
    c.Submit("high", count, count, cores, 10);
    std::vector<int64_t> free;
    for (int i = 0; i < nodes; ++i) free.push_back(c.FreeCpu(absl::StrCat("n", i)) / 1000);
    Optimum surplus{gangs, count, cores, false};
    surplus.Try(0, &free, 0);
    if (surplus.best == 0) continue;
    Optimum any{gangs, count, cores, true};
    any.Try(0, &free, 0);
    const int64_t best = surplus.best < 1000 ? surplus.best : any.best;
    const std::vector<Claim> claims = c.Settle();
    REQUIRE(claims.empty() == (best == 1000));
    if (claims.empty()) continue;
    int64_t evicted = 0;
    for (const Victim& victim : claims[0].victims) {
      evicted += static_cast<int64_t>(victim.pods.size());
    }
    REQUIRE(evicted >= best);
    ++cases;
    found += evicted;
    optimal += best;
    worst = std::max(worst, evicted - best);
  }
  CAPTURE(cases, found, optimal, worst);
  CHECK(cases > 200);
  CHECK(found * 100 <= optimal * 105);
}

}  // namespace
}  // namespace muster::test
