// SPDX-License-Identifier: Apache-2.0
// The cycle decides what the slow oracle decides.
#include "test/cycle/oracle.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "test/cycle/laws.h"
#include "test/cycle/random_cluster.h"

namespace muster::test {
namespace {

struct Decided {
  Plan plan;
  OraclePlan slow;
};

// Both decide, and must agree.
Decided DecideTwice(Witness& w, const Profile& profile, const OracleWorld& world) {
  Decided decided{Cycle(w.state, profile, w.now), DecideSlowly(world)};
  OraclePlan fast;
  for (absl::string_view line : absl::StrSplit(Named(w.state, decided.plan), '\n')) {
    if (absl::StartsWith(line, "step 0 ")) fast.starts.emplace_back(line.substr(7));
  }
  for (const Verdict& verdict : decided.plan.verdicts) {
    // Of evictions the oracle knows nothing: what it calls a lack is then cured by one.
    const std::string name = FullName(w.state.gang(verdict.gang));
    if (verdict.reason->code == ReasonCode::kWaitingForVictims) {
      const auto lack = decided.slow.reasons.find(name);
      REQUIRE(lack != decided.slow.reasons.end());
      REQUIRE((lack->second == "NoRoom" || lack->second == "QueueQuota"));
      fast.reasons[name] = lack->second;
      continue;
    }
    const bool room = verdict.reason->code == ReasonCode::kCapacityShort ||
                      verdict.reason->code == ReasonCode::kFragmented;
    fast.reasons[name] = room ? "NoRoom" : std::string(Name(verdict.reason->code));
  }
  REQUIRE(fast.starts == decided.slow.starts);
  REQUIRE(fast.reasons == decided.slow.reasons);
  return decided;
}

TEST_CASE("gangs start where, and wait for the reason for which, a slow oracle says") {
  size_t starts = 0;
  std::map<std::string, int> words;
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    RandomCluster c(seed, RandomCluster::Guard::kNone);
    for (int round = 0; round < 3; ++round) c.Live();
    const Decided decided =
        DecideTwice(c.w, c.profile, OracleWorld{c.config, c.nodes, c.pods, c.forecasts});
    starts += decided.slow.starts.size();
    for (const auto& [gang, word] : decided.slow.reasons) ++words[word];
  }
  CHECK(starts > 1000);
  for (const char* word :
       {"NoRoom", "NeverFits", "Predicate", "QueueQuota", "BehindHead", "ConfigError",
        "GangIncomplete", "UserLimit", "QueueClosed", "Forbidden"}) {
    CAPTURE(word);
    CHECK(words[word] > 20);
  }
}

// A crowd before few nodes, where most run times are known.
OracleWorld Crowd(uint64_t seed) {
  Dice dice(seed);
  OracleWorld world;
  for (const char* name : {"etl", "adhoc"}) {
    QueueSpec leaf = Leaf(name, dice.OneIn(3) ? Cpu(dice.Between(6, 16)) : ResourceList());
    leaf.backfill = !dice.OneIn(4);
    leaf.starve_after = absl::Hours(1000);
    if (dice.OneIn(4)) leaf.users.otherwise = UseLimit{std::nullopt, Cpu(dice.Between(6, 12))};
    world.config.queues.push_back(leaf);
  }
  for (int i = dice.Between(2, 5); i > 0; --i) {
    Node node = MakeNode(absl::StrCat("n", i), dice.Between(4, 10));
    node.labels = {{"pool", dice.OneIn(2) ? "a" : "b"}};
    world.nodes[node.name] = node;
  }
  for (int i = dice.Between(8, 16); i > 0; --i) {
    const std::string gang = absl::StrCat("w", i);
    const int members = dice.Between(1, 4);
    RoleSpec role;
    role.requests = Cpu(dice.Between(1, 5), dice.Between(0, 8));
    if (dice.OneIn(4)) role.node_selector = {{"pool", dice.OneIn(2) ? "a" : "b"}};
    const std::string queue = dice.OneIn(3) ? "adhoc" : "etl";
    const absl::Duration run = absl::Seconds(dice.OneIn(4) ? 0 : dice.Between(1, 60));
    const std::string user = absl::StrCat("user", dice.Between(0, 1));
    const absl::Time created = At(dice.Between(0, 30));
    for (int k = 0; k < members; ++k) {
      Pod pod = Member(gang, k, members);
      pod.created = created;
      pod.role = role;
      pod.queue = queue;
      pod.runtime = run;
      pod.service_account = user;
      pod.preempts = false;
      world.pods[pod.uid] = pod;
    }
  }
  return world;
}

TEST_CASE("gangs pass heads where, and only where, a slow oracle lets them") {
  const Profile profile = MakeProfile("bin-pack");
  int64_t in_time = 0, beside = 0, behind = 0;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    const OracleWorld world = Crowd(seed);
    Witness w;
    w.now = At(60);
    w.Hear(QueuesSeen{world.config});
    for (const auto& [name, node] : world.nodes) w.See(node);
    for (const auto& [uid, pod] : world.pods) w.See(pod);
    w.Hear(Synced{});
    const Decided decided = DecideTwice(w, profile, world);
    std::map<QueueId, const Gang*> heads;  // the first that wait for room
    for (const Verdict& verdict : decided.plan.verdicts) {
      const ReasonCode code = verdict.reason->code;
      behind += code == ReasonCode::kBehindHead ? 1 : 0;
      if (code != ReasonCode::kCapacityShort && code != ReasonCode::kFragmented) continue;
      const Gang& gang = w.state.gang(verdict.gang);
      heads.try_emplace(gang.queue, &gang);
    }
    for (const Step& step : decided.plan.steps) {
      const Gang& gang = w.state.gang(step.gang);
      const auto head = heads.find(gang.queue);
      const bool later = head != heads.end() && profile.fifo->Before(*head->second, gang, w.state);
      in_time += step.passed.valid() ? 1 : 0;
      beside += later && !step.passed.valid() ? 1 : 0;
    }
  }
  CHECK(in_time > 200);
  CHECK(beside > 200);
  CHECK(behind > 1000);
}

}  // namespace
}  // namespace muster::test
