// SPDX-License-Identifier: Apache-2.0
// Every scenario of test/scenarios/, run against the scheduler as it ships: its expectations hold,
// and so do the invariants at each step. And the demo shows what it is there to show.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scheduler/codec/scenario.h"
#include "scheduler/sim/simulation.h"

namespace muster::sim {
namespace {

std::vector<std::string> Files(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::string(MUSTER_SOURCE_DIR) + "/" + folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

codec::Scenario Load(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  auto scenario = codec::ParseScenario(path, text.str());
  INFO(scenario.status().ToString());
  REQUIRE(scenario.ok());
  return *std::move(scenario);
}

TEST_CASE("every scenario ends as it expects") {
  const std::vector<std::string> files = Files("test/scenarios");
  REQUIRE(files.size() > 50);
  for (const std::string& file : files) {
    const codec::Scenario scenario = Load(file);
    // A file that expects nothing cannot fail.
    CHECK(!scenario.expect.empty());
    for (uint64_t seed = scenario.seed; seed < scenario.seed + 3; ++seed) {
      const Report report = Simulation(scenario, GangOptions(seed)).Run();
      INFO(file << ", seed " << seed);
      CHECK(report.failures == std::vector<std::string>());
      CHECK(report.violations == std::vector<std::string>());
    }
  }
}

int64_t Succeeded(const Report& report) {
  return std::count_if(report.jobs.begin(), report.jobs.end(),
                       [](const JobReport& job) { return job.succeeded; });
}

int64_t Stalled(const Report& report) {
  return std::count_if(report.jobs.begin(), report.jobs.end(),
                       [](const JobReport& job) { return job.stalled; });
}

TEST_CASE("the demo finishes every job, and deadlocks one pod at a time") {
  const codec::Scenario scenario =
      Load(std::string(MUSTER_SOURCE_DIR) + "/deploy/examples/demo.yaml");
  CHECK(scenario.jobs.size() == 60);
  CHECK(scenario.nodes.size() == 200);
  CHECK(scenario.pod_at_a_time);
  Options options = GangOptions(scenario.seed);
  options.audit_every = 16;
  const Report gang = Simulation(scenario, options).Run();
  CHECK(gang.violations == std::vector<std::string>());
  CHECK(Succeeded(gang) == 60);
  CHECK(gang.active > absl::Minutes(40));
  CHECK(gang.active < absl::Minutes(75));
  const Report alone = Simulation(scenario, PodAtATimeOptions(scenario.seed)).Run();
  CHECK(alone.violations == std::vector<std::string>());
  CHECK(Stalled(alone) > 5);
  CHECK(Succeeded(alone) + Stalled(alone) >= 55);
}

TEST_CASE("two drivers deadlock one pod at a time") {
  const codec::Scenario scenario =
      Load(std::string(MUSTER_SOURCE_DIR) + "/test/scenarios/s02_two_drivers_do_not_deadlock.yaml");
  const Report alone = Simulation(scenario, PodAtATimeOptions(1)).Run();
  CHECK(Succeeded(alone) == 0);
  CHECK(Stalled(alone) == 4);
}

}  // namespace
}  // namespace muster::sim
