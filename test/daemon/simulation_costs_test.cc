// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulation_costs.h"

#include <catch2/catch.hpp>

#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/simulation_report.h"
#include "scheduler/sim/simulation.h"
#include "scheduler/sim/timeline.h"

namespace muster::daemon {
namespace {

struct Run {
  sim::Report report;
  SimulatedCosts costs;
};

Run RunCounted(absl::string_view text) {
  const auto scenario = codec::ParseScenario("s.yaml", text);
  INFO(scenario.status());
  REQUIRE(scenario.ok());
  SimulationCosts costs(nullptr);
  sim::Options options = sim::GangOptions(3);
  options.observer = &costs;
  Run run;
  run.report = sim::Simulation(*scenario, options).Run();
  CHECK(run.report.ok());
  run.costs = costs.Finish(sim::kStart + run.report.lasted);
  return run;
}

const SimulatedCost& Of(const SimulatedCosts& costs, const std::string& queue,
                        const std::string& resource = "cpu") {
  for (const SimulatedCost& row : costs.rows) {
    if (row.queue == queue && row.resource == resource) return row;
  }
  FAIL("no row of " << queue << " " << resource);
  return costs.rows.front();
}

double Requested(const SimulatedCost& cost) { return cost.seconds[0]; }
double Idle(const SimulatedCost& cost) { return cost.seconds[1]; }
double Lost(const SimulatedCost& cost) { return cost.seconds[2]; }

// Two borrowers run on the whole cluster until half of it is taken back from one of them.
constexpr char kReclaim[] = R"(
queues: [{name: mine, guaranteed: {cpu: 4}}, {name: theirs}]
prices: {currency: EUR, resources: {cpu: 3.6}}
nodes: [{name: n, count: 1, cpu: 8, memory: 32Gi}]
jobs:
- {name: loan, count: 2, queue: theirs, runtime: 3h, resubmit: false, gang: {members: 4, cpu: 1}}
- {name: owner, at: 1h, queue: mine, runtime: 30m, gang: {members: 4, cpu: 1}}
)";

TEST_CASE("a simulation tells what each queue took, what of it was lost, and what it cost") {
  const Run run = RunCounted(kReclaim);
  CHECK(run.costs.currency == "EUR");
  const SimulatedCost& owner = Of(run.costs, "mine");
  // Four cores for half an hour, and what starting and stopping takes.
  CHECK(Requested(owner) == Approx(4 * 1800).margin(4 * 60));
  CHECK(Lost(owner) == 0);
  CHECK(owner.money[0] == Approx(Requested(owner) / 1000));
  const SimulatedCost& borrower = Of(run.costs, "theirs");
  CHECK(Lost(borrower) == Approx(4 * 3600).margin(4 * 60));
  CHECK(Requested(borrower) > Lost(borrower));
  CHECK(borrower.money[2] == Approx(Lost(borrower) / 1000));

  const std::string text = RenderText({run.report}, {run.costs}, false);
  CHECK_THAT(text, Catch::Contains("core-hours of mine        2.0 (0.0 idle, 0.0 lost)"));
  CHECK_THAT(text, Catch::Contains("\ncost of mine"));
  CHECK_THAT(text, Catch::Contains(" EUR ("));
  const std::string json = RenderJson({run.report}, {run.costs});
  CHECK_THAT(json, Catch::Contains("\"currency\":\"EUR\",\"costs\":[{\"queue\":\"mine\","
                                   "\"resource\":\"cpu\",\"requested\":"));
  CHECK_THAT(json, Catch::Contains("\"money_lost\":"));
}

TEST_CASE("without prices resource-hours are told, and no money") {
  const Run run = RunCounted(R"(
nodes: [{name: n, count: 1, cpu: 4, memory: 16Gi}]
jobs:
- {name: job, runtime: 1h, pod: {cpu: 2, memory: 4Gi}}
)");
  CHECK(run.costs.currency.empty());
  CHECK(Requested(Of(run.costs, "default")) == Approx(2 * 3600).margin(2 * 60));
  CHECK(Requested(Of(run.costs, "default", "memory")) ==
        Approx(4.0 * (1 << 30) * 3600).epsilon(0.02));
  const std::string text = RenderText({run.report}, {run.costs}, false);
  CHECK_THAT(text, Catch::Contains("core-hours of default     2.0 (0.0 idle, 0.0 lost)"));
  CHECK_THAT(text, !Catch::Contains("cost of"));
  CHECK_THAT(RenderJson({run.report}, {run.costs}), !Catch::Contains("money"));
}

TEST_CASE("room that is held and not used is idle, and all lives of the scheduler count") {
  constexpr char kSpark[] = R"(
nodes: [{name: n, count: 4, cpu: 1, memory: 4Gi}]
jobs:
- name: job
  runtime: 1h
  spark:
    driver: {cpu: 1, memory: 1Gi}
    conf: {spark.executor.instances: 3, spark.executor.memory: 1g}
)";
  const Run whole = RunCounted(kSpark);
  CHECK(Idle(Of(whole.costs, "default")) > 0);
  const Run restarted =
      RunCounted(std::string(kSpark) + "steps: [{at: 30m, killScheduler: {down: 10s}}]\n");
  CHECK(restarted.report.restarts == 1);
  CHECK(Requested(Of(restarted.costs, "default")) ==
        Approx(Requested(Of(whole.costs, "default"))).margin(4 * 30));
}

}  // namespace
}  // namespace muster::daemon
