// SPDX-License-Identifier: Apache-2.0
// What another config would do, in golden outputs, and what a trace and a dump make of a world.
#include "scheduler/daemon/what_if.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/match.h"
#include "scheduler/codec/dump.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/config_preview.h"
#include "scheduler/daemon/simulate.h"
#include "scheduler/daemon/trace/replay_command.h"
#include "scheduler/daemon/trace/trace_scenario.h"
#include "scheduler/sim/simulation.h"
#include "test/daemon/trace/traced_world.h"

namespace muster::daemon {
namespace {

std::string Golden(const std::string& name) {
  return std::string(MUSTER_SOURCE_DIR) + "/test/daemon/golden/" + name;
}

codec::Scenario State() {
  auto scenario = codec::ParseScenario("state.yaml", ReadWhole(Golden("state.yaml")));
  INFO(scenario.status().ToString());
  REQUIRE(scenario.ok());
  return *std::move(scenario);
}

QueueConfig Config() {
  const auto config = codec::ParseQueueConfig("new.yaml", ReadWhole(Golden("new.yaml")));
  REQUIRE(config.ok());
  return *config;
}

TEST_CASE("a comparison of configs reads as its golden output") {
  const WhatIf what_if = Compare(State(), "new.yaml", Config());
  CHECK(what_if.now.violations == std::vector<std::string>());
  CHECK(what_if.then.violations == std::vector<std::string>());
  CHECK(WhatIfText(what_if) == ReadWhole(Golden("what_if.txt")));
  CHECK(WhatIfSvg(what_if) == ReadWhole(Golden("what_if.svg")));
  const std::string json = WhatIfJson(what_if);
  CHECK_THAT(json, Catch::StartsWith("{\"config\":\"new.yaml\",\"queues\":[{\"path\":\"adhoc\","));
  CHECK_THAT(json, Catch::EndsWith("}\n"));
}

TEST_CASE("a preview of a config reads as its golden output") {
  CHECK(PreviewText(PreviewOf(State(), "new.yaml", Config())) == ReadWhole(Golden("preview.txt")));
}

TEST_CASE("the same config changes nothing") {
  const codec::Scenario state = State();
  const WhatIf what_if = Compare(state, "same.yaml", state.queues);
  CHECK(ChangesOf(what_if).empty());
  CHECK(what_if.now == what_if.then);
  CHECK_THAT(PreviewText(PreviewOf(state, "same.yaml", state.queues)),
             Catch::Contains("every gang is where it was"));
}

TEST_CASE("flags of a comparison that do not go together are refused") {
  const std::string state = Golden("state.yaml");
  CHECK(Simulate({state, "--dump", state}) == 2);
  CHECK(Simulate({}) == 2);
  CHECK(Simulate({"--dump", state, "--plots", "/nonexistent"}) == 2);
  CHECK(Simulate({"--dump", state, "--config", Golden("none.yaml")}) == 2);
  CHECK(Simulate({"--trace", state, "--config", Golden("new.yaml")}) == kNoTrace);
  const ScratchFolder folder;
  CHECK(Simulate({"--dump", state, "--config", Golden("new.yaml"), "--plots", folder.path()}) == 0);
  CHECK(ReadWhole(folder.path() + "/queues.svg") == ReadWhole(Golden("what_if.svg")));
  const std::string other = folder.path() + "/other.yaml";
  WriteWhole(other, "version: 2\nnodes: []\n");
  CHECK(Simulate({"--dump", other, "--config", Golden("new.yaml")}) == 2);
}

// The dump of the state at the n-th decision of the scenario.
std::string DumpAt(const codec::Scenario& scenario, int n) {
  std::string text;
  int decisions = 0;
  sim::Options options = sim::GangOptions(scenario.seed);
  options.decide = [&](muster::State& state, const Profile& profile, absl::Time now) {
    if (++decisions == n) text = codec::DumpText(state, now);
    return Cycle(state, profile, now);
  };
  sim::Simulation(scenario, options).Run();
  return text;
}

std::string WithoutTime(const std::string& dump) { return dump.substr(dump.find('\n')); }

TEST_CASE("the dump of a state is a scenario that begins with that state") {
  for (const int n : {1, 20, 57, 133, 200}) {
    const std::string dump = DumpAt(BusyScenario(), n);
    INFO("decision " << n);
    REQUIRE(!dump.empty());
    const auto scenario = codec::ParseScenario("dump.yaml", dump);
    INFO(scenario.status().ToString() << "\n" << dump);
    REQUIRE(scenario.ok());
    CHECK(WithoutTime(DumpAt(*scenario, 1)) == WithoutTime(dump));
  }
}

TEST_CASE("a dump of another version is refused in a sentence") {
  const auto scenario = codec::ParseScenario("dump.yaml", "version: 2\nnodes: []\n");
  CHECK(scenario.status().message() ==
        "dump.yaml:1:10: version: is another version of this format; expected 1");
}

TEST_CASE("a trace tells its work again, for another config") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  const codec::Scenario world = BusyScenario();
  Record(world, settings);
  std::string complaints;
  const auto told = ScenarioOf(folder.path(), &complaints);
  INFO(told.status().ToString());
  REQUIRE(told.ok());
  CHECK(complaints.empty());
  CHECK(told->nodes.size() == world.nodes.size());
  // And those that came back after an eviction.
  CHECK(told->jobs.size() >= world.jobs.size());
  CHECK(told->queues == world.queues);
  const sim::Report report = sim::Simulation(*told, sim::GangOptions(1)).Run();
  CHECK(report.violations == std::vector<std::string>());
  for (const sim::JobReport& job : report.jobs) {
    INFO(job.name);
    CHECK((job.succeeded || job.evicted > 0));
  }
  codec::Scenario other = *told;
  QueueConfig config = other.queues;
  config.queues[0].max.Set(kCpu, 6000);
  const WhatIf what_if = Compare(other, "new.yaml", config);
  CHECK(!ChangesOf(what_if).empty());
}

TEST_CASE("a simulation is recorded, replayed, and tried with another config, by the commands") {
  const ScratchFolder folder;
  const std::string trace = folder.path() + "/trace";
  CHECK(Simulate({Golden("state.yaml"), "--record", trace}) == 0);
  CHECK(ReplayTrace({trace}) == 0);
  CHECK(Simulate({"--trace", trace, "--config", Golden("new.yaml"), "--plots", folder.path()}) ==
        0);
  CHECK_THAT(ReadWhole(folder.path() + "/queues.svg"), Catch::StartsWith("<svg"));
  CHECK(Simulate({"--trace", trace}) == 0);
}

}  // namespace
}  // namespace muster::daemon
