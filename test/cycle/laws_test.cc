// SPDX-License-Identifier: Apache-2.0
// What holds of every plan, along the lives of seeded random clusters.
#include "test/cycle/laws.h"

#include "test/cycle/random_cluster.h"

namespace muster::test {
namespace {

constexpr uint64_t kSeeds = 800;
constexpr int kRounds = 20;

void CheckLaw(const char* law, const Breaches& breaches) {
  INFO(law << ": " << absl::StrJoin(breaches, "\n"));
  REQUIRE(breaches.empty());
}

// One decision, judged, and acted on.
void DecideUnderLaws(RandomCluster* c) {
  State& state = c->w.state;
  const std::string before = Portrait(state);
  const Plan plan = Cycle(state, c->profile, c->w.now);
  INFO(Named(state, plan));
  REQUIRE(Portrait(state) == before);  // the draft was undone, to the last column
  REQUIRE(Cycle(state, c->profile, c->w.now) == plan);
  CheckLaw("a start is whole", StartsAreWhole(state, plan));
  CheckLaw("nodes admit whom they get", PlacementsAreAdmitted(state, plan));
  CheckLaw("who waits is told why, once", EveryWaiterHasOneVerdict(state, plan));
  CheckLaw("nobody passes a strict head", NobodyPassesAStrictHead(state, c->profile, plan));
  CheckLaw("evictions are whole", EvictionsAreWhole(state, plan));
  CheckLaw("evictions are rightful", EvictionsAreRightful(state, plan));
  const Levels levels = LevelsOf(state);
  const SlowLimits limits = LimitsOf(state.config(), UsesOf(state, true));
  state.Assume(plan, c->w.now);
  c->w.CheckBooks();
  CheckLaw("capacity is never exceeded", NoNodeIsOverfilled(levels, state, plan));
  CheckLaw("max is never exceeded", NoMaxIsExceeded(levels, state));
  CheckLaw("no limit is exceeded", NoLimitIsExceeded(limits, state));
  if (!plan.settled()) return;  // the loop decides again
  const Plan next = Cycle(state, c->profile, c->w.now);
  INFO("then: " << Named(state, next));
  REQUIRE(next.empty());  // a plan made on its own result plans nothing
  CheckLaw("reasons are true", ReasonsAreTrue(state, c->profile, next));
}

TEST_CASE("every plan of a random cluster keeps the laws") {
  const std::string scorer = GENERATE("bin-pack", "spread");
  int64_t steps = 0;
  std::map<EvictionCause, int64_t> victims;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    c.profile = MakeProfile(scorer);
    for (int round = 0; round < kRounds; ++round) {
      CAPTURE(scorer, seed, round);
      c.Live();
      const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
      steps += static_cast<int64_t>(plan.steps.size());
      for (const Claim& claim : plan.claims) {
        for (const Victim& victim : claim.victims) ++victims[victim.cause];
      }
      DecideUnderLaws(&c);
      c.Answer(plan);
    }
  }
  CHECK(steps > 2000);  // the dice throw real work
  CHECK(victims[EvictionCause::kReclaim] > 100);
  CHECK(victims[EvictionCause::kPreemption] > 100);
}

TEST_CASE("daemons that hear the same cluster in other orders decide alike") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    Dice dice(seed);
    for (int round = 0; round < 6; ++round) {
      c.Live();
      c.Act(Cycle(c.w.state, c.profile, c.w.now));
    }
    CAPTURE(seed);
    Witness a = c.Restarted(&dice);
    Witness b = c.Restarted(&dice);
    REQUIRE(Portrait(a.state) == Portrait(b.state));
    REQUIRE(Named(a.state, Cycle(a.state, c.profile, c.w.now)) ==
            Named(b.state, Cycle(b.state, c.profile, c.w.now)));
  }
}

// What lets the daemon sleep: whatever could be decided says so.
TEST_CASE("where nothing is said to have changed, nothing can be decided") {
  int64_t quiet = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    std::string story;
    for (int round = 0; round < 40; ++round) {
      if (round % 8 == 0) {
        c.Live();
      } else {
        c.LiveALittle();
      }
      const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
      CAPTURE(seed, round);
      story = absl::StrCat(story.substr(story.size() > 3000 ? story.size() - 3000 : 0), "\n", round,
                           ": ", c.happened, c.w.state.changed() ? "" : ", no change", "\n",
                           Named(c.w.state, plan));
      INFO(story);
      if (!c.w.state.changed()) {
        REQUIRE(plan.empty());
        ++quiet;
        continue;
      }
      c.w.state.Assume(plan, c.w.now);
      // As the loop does: an unsettled plan is followed by another.
      if (plan.settled()) c.w.state.ClearChanged();
      c.Answer(plan);
    }
  }
  CHECK(quiet > 1000);
}

}  // namespace
}  // namespace muster::test
