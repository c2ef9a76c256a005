// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/cycle_metrics.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "test/daemon/cluster.h"

namespace muster::daemon {
namespace {

QueueSpec Leaf(const std::string& name, const ResourceList& guaranteed, const ResourceList& max) {
  QueueSpec queue;
  queue.name = name;
  queue.guaranteed = guaranteed;
  queue.max = max;
  return queue;
}

TEST_CASE("queues' use, entitlement and waiting gangs are rendered in base units") {
  Cluster cluster;
  cluster.Queues(
      {Leaf("default", {}, {}), Leaf("etl", {{kCpu, 2000}}, {{kCpu, 8000}, {kMemory, 32 * kGi}})});
  cluster.AddNode("node-a", 16);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  for (const char* name : {"a", "b", "c"}) cluster.AddPod(name, 1, "etl", "small", 3);
  cluster.now += absl::Seconds(7);
  cluster.Decide(&rendering);
  for (const char* name : {"x", "y"}) cluster.AddPod(name, 20, "default", "large", 2);
  cluster.now += absl::Seconds(30);
  cluster.Decide(&rendering);
  const std::string text = metrics.Render(cluster.now);
  CAPTURE(text);
  CHECK(absl::StrContains(text, "muster_queue_used{queue=\"etl\",resource=\"cpu\"} 3\n"));
  CHECK(absl::StrContains(text, "muster_queue_guaranteed{queue=\"etl\",resource=\"cpu\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_queue_max{queue=\"etl\",resource=\"cpu\"} 8\n"));
  CHECK(
      absl::StrContains(text, "muster_queue_max{queue=\"etl\",resource=\"memory\"} 34359738368\n"));
  CHECK_FALSE(absl::StrContains(text, "muster_queue_max{queue=\"default\""));
  CHECK(absl::StrContains(
      text, "muster_queue_waiting_gangs{queue=\"default\",reason=\"NeverFits\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_queue_oldest_wait_seconds{queue=\"default\"} 30\n"));
  CHECK(absl::StrContains(text, "muster_queue_oldest_wait_seconds{queue=\"etl\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_sum{queue=\"etl\"} 7\n"));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_count{queue=\"etl\"} 1\n"));
}

TEST_CASE("evictions are counted by queue and cause, and gangs that wait for victims are shown") {
  Cluster cluster;
  cluster.Queues({Leaf("default", {}, {}), Leaf("etl", {}, {})});
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  for (const char* name : {"a", "b"}) cluster.AddPod(name, 2, "etl");
  cluster.Decide(&rendering);
  cluster.AddPod("big", 4);
  Plan plan;
  plan.claims.push_back({cluster.GangOf("big"), {}, {}, {}});
  const PodId big = cluster.state().FindPod("uid-big");
  const RoleId role = cluster.state().pod(big).footing.role;
  plan.claims[0].room = {{role, cluster.state().nodes().Find("node-a"), 1}};
  for (const char* name : {"a", "b"}) {
    const PodId pod = cluster.state().FindPod(absl::StrCat("uid-", name));
    plan.claims[0].victims.push_back({cluster.GangOf(name), true, EvictionCause::kReclaim, {pod}});
  }
  CHECK(absl::StrContains(metrics.Render(cluster.now), "muster_claims 0\n"));
  CHECK(absl::StrContains(metrics.Render(cluster.now),
                          "muster_evictions_total{cause=\"overrun\",queue=\"etl\"} 0\n"));
  cluster.Assume(plan);
  cluster.now += absl::Seconds(1);
  rendering.OnCycle(cluster.state(), plan, cluster.now);
  std::string text = metrics.Render(cluster.now);
  CHECK(absl::StrContains(text, "muster_evictions_total{cause=\"reclaim\",queue=\"etl\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_claims 1\n"));
  CHECK(absl::StrContains(text, "muster_decisions_total{outcome=\"claim\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_queue_held{queue=\"default\",resource=\"cpu\"} 4\n"));
  CHECK(absl::StrContains(text, "muster_queue_held_idle{queue=\"default\",resource=\"cpu\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_evictions_refused_total 0\n"));
  metrics.SetQueues({});
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now), "muster_evictions_total{"));
}

TEST_CASE("decisions are counted by outcome, all of which have a series from the first cycle on") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  cluster.Decide(&rendering);
  for (const char* outcome :
       {"start", "complete", "settle", "repair", "grow", "rehold", "release", "claim"}) {
    const std::string line = absl::StrCat("muster_decisions_total{outcome=\"", outcome, "\"} 0\n");
    CHECK(absl::StrContains(metrics.Render(cluster.now), line));
  }
  for (const char* name : {"a", "b"}) cluster.AddPod(name, 1);
  cluster.Decide(&rendering);
  CHECK(absl::StrContains(metrics.Render(cluster.now),
                          "muster_decisions_total{outcome=\"start\"} 2\n"));
}

TEST_CASE("a gang that had started is observed with its run when it ends") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  cluster.AddPod("a", 4);
  cluster.Decide(&rendering);
  cluster.Tell(BindAccepted{"uid-a"});
  rendering.OnStepEnd(cluster.state(), cluster.now);
  cluster.now += absl::Seconds(70);
  rendering.OnStepEnd(cluster.state(), cluster.now);
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now),
                                "muster_gang_run_seconds_count{queue=\"default\"} 1"));
  // Another gang has its slot at once.
  cluster.Tell(PodGone{"uid-a"});
  cluster.AddPod("b", 4);
  cluster.Decide(&rendering);
  cluster.Tell(BindAccepted{"uid-b"});
  rendering.OnStepEnd(cluster.state(), cluster.now);
  const std::string text = metrics.Render(cluster.now);
  CHECK(absl::StrContains(text, "muster_gang_run_seconds_count{queue=\"default\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_gang_run_seconds_sum{queue=\"default\"} 70\n"));
}

TEST_CASE("a start that was given up is no run") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  cluster.AddPod("a", 4);
  cluster.Decide(&rendering);
  rendering.OnStepEnd(cluster.state(), cluster.now);
  cluster.Tell(BindRefused{"uid-a", 409, "no"});
  cluster.now += absl::Seconds(5);
  rendering.OnStepEnd(cluster.state(), cluster.now);
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now),
                                "muster_gang_run_seconds_count{queue=\"default\"} 1"));
}

TEST_CASE("a resource that no node has makes no series") {
  Cluster cluster;
  cluster.AddNode("node-a", 16);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  Pod pod;
  pod.uid = "u";
  pod.ns = "team";
  pod.name = "p";
  pod.scheduler_name = "muster";
  pod.created = cluster.now;
  pod.role.requests = {{"example.com/made-up", 1}};
  cluster.Tell(PodSeen{pod});
  cluster.Decide(&rendering);
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now), "made-up"));
}

TEST_CASE("the copy is made a few times a second at most, and never left out for good") {
  Cluster cluster;
  cluster.AddNode("node-a", 16);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  cluster.Decide(&rendering);
  cluster.AddPod("a", 4);
  cluster.Decide(&rendering);
  const std::string four = "muster_queue_used{queue=\"default\",resource=\"cpu\"} 4\n";
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now), four));
  rendering.Flush(cluster.state(), cluster.now + absl::Milliseconds(100));
  CHECK_FALSE(absl::StrContains(metrics.Render(cluster.now), four));
  rendering.Flush(cluster.state(), cluster.now + absl::Milliseconds(300));
  CHECK(absl::StrContains(metrics.Render(cluster.now), four));
}

}  // namespace
}  // namespace muster::daemon
