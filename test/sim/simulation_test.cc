// SPDX-License-Identifier: Apache-2.0
// The whole loop against random clusters, work and faults: every promise is checked at every step,
// and once the faults are over all work gets done. MUSTER_SEEDS=N runs N seeds, MUSTER_SEED=S
// alone.
#include "scheduler/sim/simulation.h"

#include <catch2/catch.hpp>
#include <map>

#include "absl/strings/str_cat.h"
#include "test/sim/random_scenario.h"
#include "test/sim/seeds.h"

namespace muster::sim {
namespace {

std::vector<std::string> Unfinished(const Report& report) {
  std::vector<std::string> names;
  for (const JobReport& job : report.jobs) {
    if (!job.succeeded) names.push_back(job.name);
  }
  return names;
}

TEST_CASE("promises hold under faults, and all work gets done when they are over") {
  const Seeds seeds = SeedsToRun(1000);
  int64_t restarts = 0;
  std::map<std::string, int64_t> evicted;  // gangs, by cause
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const codec::Scenario scenario = RandomScenario(seed);
    const Report report = Simulation(scenario, GangOptions(seed)).Run();
    restarts += report.restarts;
    for (const EvictionReport& eviction : report.evictions) {
      evicted[eviction.cause + " whole"] += eviction.whole;
      evicted[eviction.cause + " in part"] += eviction.in_part;
    }
    if (report.ok() && Unfinished(report).empty()) continue;
    INFO("MUSTER_SEED=" << seed << "\n" << Describe(scenario));
    CHECK(report.violations == std::vector<std::string>());
    CHECK(Unfinished(report) == std::vector<std::string>());
  }
  if (seeds.one) return;
  // Faults did strike, and evictions did take place.
  const auto count = static_cast<int64_t>(seeds.last);
  CHECK(restarts > count / 4);
  for (const char* kind : {"reclaim", "preemption"}) {
    CAPTURE(kind);
    CHECK(evicted[absl::StrCat(kind, " whole")] > count / 4);
    CHECK(evicted[absl::StrCat(kind, " in part")] > count / 20);
  }
}

// A gang of sixteen on a cluster where just that many fit, a Spark job of sixteen, and both at
// once.
codec::Scenario CrashScenario(bool gang, bool spark) {
  codec::Scenario scenario;
  for (int i = 0; i < (gang ? 4 : 0) + (spark ? 4 : 0); ++i) {
    Node node;
    node.name = absl::StrCat("n", i);
    node.allocatable = ResourceList{{kCpu, 4000}, {kMemory, int64_t{16} << 30}, {kPods, 110}};
    scenario.nodes.push_back(node);
  }
  RoleSpec role;
  role.requests = ResourceList{{kCpu, 1000}, {kMemory, int64_t{1} << 30}};
  if (gang) {
    codec::Job& job = scenario.jobs.emplace_back();
    job.name = "gang";
    job.kind = codec::JobKind::kGang;
    job.shapes = {{16, role}};
    job.minimum = 16;
  }
  if (spark) {
    codec::Job& job = scenario.jobs.emplace_back();
    job.name = "pi";
    job.kind = codec::JobKind::kSpark;
    job.spark.driver = role;
    job.spark.conf["spark.executor.instances"] = "15";
    job.spark.conf["spark.executor.memory"] = "512m";
  }
  return scenario;
}

TEST_CASE("a crash after any k of n binds leaves no gang half-bound") {
  for (const auto& [gang, spark] : {std::pair{true, false}, {false, true}, {true, true}}) {
    const int32_t binds = (gang ? 16 : 0) + (spark ? 16 : 0);
    for (int32_t k = 1; k <= binds; ++k) {
      for (const absl::Duration down :
           {absl::Milliseconds(1), absl::Seconds(2), absl::Seconds(20)}) {
        for (uint64_t seed = 1; seed <= 4; ++seed) {
          codec::Scenario scenario = CrashScenario(gang, spark);
          scenario.steps.push_back({absl::ZeroDuration(), codec::KillScheduler{k, down}});
          const Report report = Simulation(scenario, GangOptions(seed)).Run();
          INFO("k " << k << " of " << binds << ", down " << absl::FormatDuration(down) << ", seed "
                    << seed);
          CHECK(report.restarts == 1);
          CHECK(report.violations == std::vector<std::string>());
          // Nothing was given up, since everything fits: each pod was bound exactly once.
          CHECK(report.binds == binds);
          for (const JobReport& job : report.jobs) {
            CHECK(job.attempts == 1);
            CHECK(job.wait < absl::Seconds(60));
          }
        }
      }
    }
  }
}

TEST_CASE("the same seed gives the same report") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const codec::Scenario scenario = RandomScenario(seed);
    const Report once = Simulation(scenario, GangOptions(seed)).Run();
    INFO("seed " << seed);
    CHECK(once == Simulation(scenario, GangOptions(seed)).Run());
  }
}

}  // namespace
}  // namespace muster::sim
