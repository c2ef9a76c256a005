// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/queue_costs.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "scheduler/daemon/cost/meter.h"
#include "scheduler/daemon/metrics/cycle_metrics.h"
#include "test/daemon/cluster.h"

namespace muster::daemon {
namespace {

QueueConfig Priced(const std::string& queue) {
  QueueConfig config;
  config.queues.emplace_back();
  config.queues.back().name = queue;
  config.prices.resources = {{"cpu", 40'000'000}};  // 0.04
  return config;
}

TEST_CASE("what a queue took is counted in base units and money, by kind") {
  Cluster cluster;
  cluster.Tell(QueuesSeen{Priced("etl")});
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  CostMeter meter;
  const auto look = [&] {
    meter.OnStepEnd(cluster.state(), cluster.now);
    metrics.costs().Look(cluster.state(), &meter.ledger(), cluster.now);
    return metrics.Render(cluster.now);
  };
  CHECK_FALSE(absl::StrContains(look(), "muster_queue_cost_total"));
  cluster.AddPod("a", 4, "etl");
  cluster.Decide(&rendering);
  cluster.Tell(BindAccepted{"uid-a"});
  cluster.now += absl::Seconds(10);
  look();
  cluster.now += absl::Hours(2);
  std::string text = look();
  CAPTURE(text);
  CHECK(absl::StrContains(
      text,
      "muster_queue_resource_seconds_total{queue=\"etl\",kind=\"requested\",resource=\"cpu\"} "
      "28800\n"));
  CHECK(absl::StrContains(
      text,
      "muster_queue_resource_seconds_total{queue=\"etl\",kind=\"requested\",resource="
      "\"memory\"} 7730941132800\n"));
  CHECK(
      absl::StrContains(text, "muster_queue_cost_total{queue=\"etl\",kind=\"requested\"} 0.32\n"));
  CHECK(absl::StrContains(text, "muster_queue_cost_total{queue=\"etl\",kind=\"idle\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_queue_cost_total{queue=\"etl\",kind=\"lost\"} 0\n"));
  // The text is of the last copy, and copies are seconds apart.
  cluster.now += absl::Seconds(1);
  CHECK(absl::StrContains(look(), "kind=\"requested\",resource=\"cpu\"} 28800\n"));
  // A queue that takes nothing and is not in the config has no series.
  cluster.Tell(PodGone{"uid-a"});
  cluster.Tell(QueuesSeen{Priced("other")});
  meter.OnEvent(QueuesSeen{Priced("other")}, cluster.now);
  cluster.now += absl::Seconds(10);
  CHECK_FALSE(absl::StrContains(look(), "muster_queue_cost_total{queue=\"etl\""));
}

}  // namespace
}  // namespace muster::daemon
