// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulate.h"

#include <stdio.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/simulation_report.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {
namespace {

constexpr char kFourJobs[] = R"(
nodes: [{name: n, count: 4, cpu: 1, memory: 4Gi}]
jobs:
- name: job
  count: 4
  runtime: 30s
  spark:
    driver: {cpu: 1, memory: 1Gi}
    conf: {spark.executor.instances: 3, spark.executor.memory: 1g}
expect:
- {gang: default/job-3, state: ended}
)";

class ScratchFile {
 public:
  explicit ScratchFile(absl::string_view text) {
    char name[] = "/tmp/muster-simulate-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    close(fd);
    path_ = name;
    std::ofstream(path_) << std::string(text);
  }
  ~ScratchFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<sim::Report> RunBoth(absl::string_view text) {
  const auto scenario = codec::ParseScenario("s.yaml", text);
  REQUIRE(scenario.ok());
  return {sim::Simulation(*scenario, sim::GangOptions(3)).Run(),
          sim::Simulation(*scenario, sim::PodAtATimeOptions(3)).Run()};
}

TEST_CASE("exit codes tell a failed expectation from bad input") {
  const std::string text = kFourJobs;
  CHECK(Simulate({ScratchFile(text).path()}) == 0);
  CHECK(Simulate({ScratchFile(text + "- {gang: default/job-0, bound: 9}\n").path()}) == 1);
  CHECK(Simulate({ScratchFile("nodes: 3").path()}) == 2);
  CHECK(Simulate({"/nonexistent.yaml"}) == 2);
  CHECK(Simulate({}) == 2);
  CHECK(Simulate({ScratchFile(text).path(), "--seed", "x"}) == 2);
  CHECK(Simulate({ScratchFile(text).path(), "--output", "xml"}) == 2);
}

TEST_CASE("the same seed renders the same bytes") {
  const std::vector<sim::Report> once = RunBoth(kFourJobs);
  const std::vector<sim::Report> again = RunBoth(kFourJobs);
  CHECK(RenderText(once, {}, true) == RenderText(again, {}, true));
  CHECK(RenderJson(once) == RenderJson(again));
}

TEST_CASE("the report shows both schedulers side by side") {
  const std::vector<sim::Report> reports = RunBoth(kFourJobs);
  const std::string text = RenderText(reports, {}, true);
  CHECK_THAT(text, Catch::Contains("pod-at-a-time"));
  CHECK_THAT(text, Catch::Contains("4 of 4"));
  CHECK_THAT(text, Catch::Contains("0 of 4"));
  CHECK_THAT(text, Catch::Contains("deadlocked"));
  CHECK_THAT(text, Catch::Contains("default/job-1"));
  const std::string json = RenderJson(reports);
  CHECK_THAT(json, Catch::StartsWith("{\"name\":\"\",\"seed\":3,\"runs\":[{\"decider\":\"gang\""));
  CHECK_THAT(json, Catch::Contains("\"deadlocked\":4"));
  CHECK_THAT(json, Catch::Contains("\"wait\":null"));
}

TEST_CASE("percentiles are nearest ranks, and never is never") {
  sim::Report report;
  for (int i = 1; i <= 20; ++i) {
    sim::JobReport& job = report.jobs.emplace_back();
    job.queue = i % 2 == 0 ? "even" : "odd";
    job.wait = absl::Seconds(i);
    job.run = i == 20 ? absl::InfiniteDuration() : absl::Seconds(1);
  }
  const Spread all = WaitsOf(report, std::nullopt);
  CHECK(all.jobs == 20);
  CHECK(all.p50 == absl::Seconds(10));
  CHECK(all.p95 == absl::Seconds(19));
  CHECK(all.max == absl::Seconds(20));
  CHECK(WaitsOf(report, "odd").max == absl::Seconds(19));
  CHECK(TurnaroundsOf(report, "even").max == absl::InfiniteDuration());
  CHECK(TurnaroundsOf(report, "odd").p50 == absl::Seconds(10));
}

}  // namespace
}  // namespace muster::daemon
