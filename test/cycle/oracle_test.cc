// SPDX-License-Identifier: Apache-2.0
// The cycle decides what the slow oracle decides.
#include "test/cycle/oracle.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "test/cycle/laws.h"
#include "test/cycle/random_cluster.h"

namespace muster::test {
namespace {

TEST_CASE("gangs start where, and wait for the reason for which, a slow oracle says") {
  size_t starts = 0;
  int64_t passed = 0;
  std::map<std::string, int> words;
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    RandomCluster c(seed, RandomCluster::Guard::kNone);
    for (int round = 0; round < 3; ++round) c.Live();
    const OraclePlan slow = DecideSlowly(OracleWorld{c.config, c.nodes, c.pods, c.forecasts});
    const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
    OraclePlan fast;
    for (absl::string_view line : absl::StrSplit(Named(c.w.state, plan), '\n')) {
      if (absl::StartsWith(line, "step 0 ")) fast.starts.emplace_back(line.substr(7));
    }
    for (const Step& step : plan.steps) passed += step.passed.valid() ? 1 : 0;
    for (const Verdict& verdict : plan.verdicts) {
      // Of evictions the oracle knows nothing: what it calls a lack is then cured by one.
      const std::string name = FullName(c.w.state.gang(verdict.gang));
      if (verdict.reason.code == ReasonCode::kWaitingForVictims) {
        const auto lack = slow.reasons.find(name);
        REQUIRE(lack != slow.reasons.end());
        REQUIRE((lack->second == "NoRoom" || lack->second == "QueueQuota"));
        fast.reasons[name] = lack->second;
        continue;
      }
      const bool room = verdict.reason.code == ReasonCode::kCapacityShort ||
                        verdict.reason.code == ReasonCode::kFragmented;
      fast.reasons[FullName(c.w.state.gang(verdict.gang))] =
          room ? "NoRoom" : std::string(Name(verdict.reason.code));
    }
    REQUIRE(fast.starts == slow.starts);
    REQUIRE(fast.reasons == slow.reasons);
    starts += slow.starts.size();
    for (const auto& [gang, word] : slow.reasons) ++words[word];
  }
  CHECK(starts > 1000);
  CHECK(passed > 20);
  for (const char* word :
       {"NoRoom", "NeverFits", "Predicate", "QueueQuota", "BehindHead", "ConfigError",
        "GangIncomplete", "UserLimit", "QueueClosed", "Forbidden"}) {
    CAPTURE(word);
    CHECK(words[word] > 20);
  }
}

}  // namespace
}  // namespace muster::test
