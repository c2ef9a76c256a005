// SPDX-License-Identifier: Apache-2.0
// What the state only remembers is what working it out anew gives: the needs of waiting gangs, the
// numbers of their arrival, and the lines in which they stand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/shape.h"
#include "scheduler/cycle/standing.h"
#include "test/cycle/random_cluster.h"

namespace muster::test {
namespace {

constexpr uint64_t kSeeds = 200;

// Who stands where, in order.
std::vector<std::string> Standing(const State& state) {
  const Backlog& backlog = state.backlog();
  std::vector<std::string> all;
  for (QueueId leaf : backlog.leaves()) {
    for (const Backlog::UserLine& line : backlog.of(leaf)) {
      for (const Backlog::Entry& entry : line.line) {
        const std::vector<GangId>& kind = backlog.kinds().at(entry.kind);
        all.push_back(absl::StrCat("queue ", leaf.value, " user ", line.user, ": ",
                                   entry.gang.value, " priority ", entry.priority, " number ",
                                   entry.arrival, " kind ", entry.kind, " of ", kind.size(),
                                   " with it ", std::count(kind.begin(), kind.end(), entry.gang)));
      }
    }
  }
  for (GangId id : backlog.begun()) all.push_back(absl::StrCat("begun: ", id.value));
  std::vector<std::string> aside;
  for (const Backlog::Aside& each : backlog.aside()) {
    aside.push_back(absl::StrCat("aside: ", each.gang.value, " ", Message(each.why)));
  }
  std::sort(aside.begin(), aside.end());
  all.insert(all.end(), aside.begin(), aside.end());
  return all;
}

// Nobody is forgotten where he was, and those of one number would run as long as each other.
void CheckStanding(RandomCluster* c, size_t* in_line) {
  State& state = c->w.state;
  const Backlog kept = state.backlog();
  const std::vector<std::string> remembered = Standing(state);
  state.backlog().Clear();
  UpdateBacklog(state, c->profile, c->w.now);
  REQUIRE(remembered == Standing(state));
  state.backlog() = kept;
  std::map<uint32_t, absl::Duration> runs;
  for (QueueId leaf : kept.leaves()) {
    for (const Backlog::UserLine& line : kept.of(leaf)) {
      for (const Backlog::Entry& entry : line.line) {
        const absl::Duration run = state.Estimate(state.gang(entry.gang));
        REQUIRE(runs.try_emplace(entry.run, run).first->second == run);
        ++*in_line;
      }
    }
  }
}

TEST_CASE("lines that stand are those that are formed anew, and so are decisions") {
  size_t in_line = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    for (int round = 0; round < 20; ++round) {
      CAPTURE(seed, round, c.happened);
      if (round % 4 == 0) {
        c.Live();
      } else {
        c.LiveALittle();
      }
      const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
      CheckStanding(&c, &in_line);
      if (round % 5 == 0) {
        const Backlog kept = c.w.state.backlog();
        c.w.state.backlog().Clear();
        REQUIRE(Cycle(c.w.state, c.profile, c.w.now) == plan);
        c.w.state.backlog() = kept;
      }
      REQUIRE(std::is_sorted(plan.verdicts.begin(), plan.verdicts.end(),
                             [&c](const Verdict& a, const Verdict& b) {
                               return ArrivedBefore(c.w.state.gang(a.gang), c.w.state.gang(b.gang));
                             }));
      c.Act(plan);
    }
  }
  CHECK(in_line > 2000);
}

TEST_CASE("what nobody waits with any more is forgotten") {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  const Profile profile = MakeProfile("bin-pack");
  State state("muster");
  state.Apply(Synced{}, now);
  Pod pod;
  pod.ns = "ns";
  pod.scheduler_name = "muster";
  pod.created = now;
  pod.role.requests = Cpu(1);
  size_t most = 0;
  for (int i = 0; i < 6000; ++i) {
    pod.uid = pod.name = absl::StrCat("p", i);
    pod.runtime = absl::Seconds(1 + i);
    state.Apply(PodSeen{pod}, now);
    REQUIRE(Cycle(state, profile, now).verdicts.size() == 1);
    state.Apply(PodGone{pod.uid}, now);
    most = std::max(most, state.backlog().runs());
  }
  CHECK(most > 4000);
  CHECK(most < 4200);
}

TEST_CASE("remembered needs and numbers are true over random histories") {
  int64_t needs = 0;
  int64_t pairs = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    for (int round = 0; round < 20; ++round) {
      CAPTURE(seed, round);
      if (round % 4 == 0) {
        c.Live();
      } else {
        c.LiveALittle();
      }
      const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
      Draft draft(c.w.state);
      const Gang* last = nullptr;
      for (const Gang& gang : c.w.state.gangs()) {
        if (!gang.id.valid()) continue;
        REQUIRE(gang.arrival > 0);
        if (last != nullptr) {
          REQUIRE(ArrivedBefore(*last, gang) == ArrivedBeforeByName(*last, gang));
          ++pairs;
        }
        last = &gang;
        if (gang.state != GangState::kWaiting || gang.waiting.empty()) continue;
        if (!gang.queue.valid()) continue;
        const Shape anew = MakeStartShape(c.w.state, gang);
        REQUIRE(StartShape(c.w.state, gang) == anew);
        REQUIRE(StartSum(c.w.state, gang) == Sum(c.w.state, anew));
        Askers& askers = c.w.state.start_shapes().askers();
        REQUIRE(KindOf(c.w.state, gang) == askers.Intern(gang, anew, c.w.state.tree()));
        const Reason impossible = ExplainImpossible(draft, c.profile, gang, anew);
        REQUIRE(CouldStart(draft, c.profile, gang) == (impossible.code == ReasonCode::kNone));
        ++needs;
      }
      c.Act(plan);
    }
  }
  CHECK(needs > 2000);
  CHECK(pairs > 10000);
}

}  // namespace
}  // namespace muster::test
