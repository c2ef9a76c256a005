// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/trace/traced_world.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {

ScratchFolder::ScratchFolder() {
  char name[] = "/tmp/muster-trace-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  path_ = name;
}

ScratchFolder::~ScratchFolder() { std::filesystem::remove_all(path_); }

std::vector<std::string> ScratchFolder::traces() const {
  const auto files = TraceFiles(path_);
  REQUIRE(files.ok());
  return *files;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void WriteWhole(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

codec::Scenario BusyScenario() {
  auto scenario = codec::ParseScenario("busy.yaml", R"(
nodes: [{name: n, count: 4, cpu: 8, memory: 32Gi}]
queues:
- {name: etl, weight: 3, guaranteed: {cpu: 8}}
- {name: adhoc, order: fair}
jobs:
- {name: etl, count: 30, every: 10s, queue: etl, runtime: 60s, gang: {members: 6, cpu: 1}}
- {name: query, count: 60, every: 5s, queue: adhoc, runtime: 40s, pod: {cpu: 2}}
- name: spark
  count: 10
  every: 25s
  queue: adhoc
  runtime: 90s
  spark: {conf: {spark.executor.instances: 3, spark.executor.memory: 1g}}
)");
  REQUIRE(scenario.ok());
  return *std::move(scenario);
}

Recorded Record(const codec::Scenario& scenario, const RecordSettings& settings) {
  auto folder = TraceFolder::Open(settings);
  REQUIRE(folder.ok());
  DirectOutput output(*std::move(folder));
  Recorder recorder(&output, [](const std::string& what) { FAIL(what); });
  sim::Options options = sim::GangOptions(scenario.seed);
  options.audit_every = int64_t{1} << 40;
  options.observer = &recorder;
  const sim::Report report = sim::Simulation(scenario, options).Run();
  recorder.Finish();
  REQUIRE(output.status().ok());
  REQUIRE(recorder.lost_events() == 0);
  return {recorder.events(), report.cycles, report.restarts};
}

}  // namespace muster::daemon
