// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/metrics.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "scheduler/daemon/version.h"

namespace muster::daemon {
namespace {

QueueRow Row(const std::string& path) {
  QueueRow row;
  row.path = path;
  row.leaf = true;
  return row;
}

TEST_CASE("a scrape shows the queues as they were copied last") {
  const absl::Time now = absl::FromUnixSeconds(1000);
  Metrics metrics(now);
  QueueRow etl = Row("etl");
  etl.share = 0.25;
  etl.used = {{"cpu", 1.5}, {"memory", 1024}};
  etl.held = {{"cpu", 3}};
  etl.idle = {{"cpu", 2}};
  etl.max = {{"cpu", 4}};
  etl.waiting[static_cast<size_t>(ReasonCode::kCapacityShort)] = 3;
  etl.oldest = now - absl::Seconds(90);
  metrics.queues().Replace({etl, Row("idle")}, 2);
  const std::string text = metrics.Render(now);
  CHECK(absl::StrContains(text, "# TYPE muster_queue_waiting_gangs gauge\n"));
  CHECK(absl::StrContains(
      text, "muster_queue_waiting_gangs{queue=\"etl\",reason=\"CapacityShort\"} 3\n"));
  CHECK(absl::StrContains(text, "muster_queue_oldest_wait_seconds{queue=\"etl\"} 90\n"));
  CHECK(absl::StrContains(text, "muster_queue_oldest_wait_seconds{queue=\"idle\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_queue_share{queue=\"etl\"} 0.25\n"));
  CHECK(absl::StrContains(text, "muster_queue_used{queue=\"etl\",resource=\"cpu\"} 1.5\n"));
  CHECK(absl::StrContains(text, "muster_queue_held{queue=\"etl\",resource=\"cpu\"} 3\n"));
  CHECK(absl::StrContains(text, "muster_queue_held_idle{queue=\"etl\",resource=\"cpu\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_queue_max{queue=\"etl\",resource=\"cpu\"} 4\n"));
  CHECK_FALSE(absl::StrContains(text, "muster_queue_max{queue=\"idle\""));
  CHECK(absl::StrContains(text, "muster_half_bound_gangs 2\n"));
}

TEST_CASE("a scrape shows counters, histograms and the process") {
  Metrics metrics(absl::FromUnixSeconds(1000));
  metrics.SetLeader(true);
  metrics.PhaseTook(Phase::kDecide, absl::Microseconds(300));
  metrics.Decided("start", 2);
  metrics.BindEnded(BindOutcome::kUnclear);
  metrics.GangRan("etl", absl::Seconds(90));
  metrics.ApiRetry("bind");
  metrics.Audited(3);
  metrics.watches().Heard("pods", absl::FromUnixSeconds(971));
  metrics.GangStarted("etl", absl::Seconds(7));
  metrics.ApiCall("bind", 201, absl::Milliseconds(3));
  const std::string text = metrics.Render(absl::FromUnixSeconds(1001));
  CHECK(absl::StrContains(text, "muster_leader 1\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_count{phase=\"decide\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_count{phase=\"render\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_decisions_total{outcome=\"start\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_binds_total{outcome=\"unclear\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_binds_total{outcome=\"refused\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_gang_run_seconds_bucket{queue=\"etl\",le=\"60\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_gang_run_seconds_bucket{queue=\"etl\",le=\"120\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_gang_run_seconds_bucket{queue=\"etl\",le=\"+Inf\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_api_retries_total{lane=\"bind\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_drift 3\n"));
  CHECK(absl::StrContains(text, "muster_audits_total 1\n"));
  CHECK(absl::StrContains(text, "muster_watch_age_seconds{kind=\"pods\"} 30\n"));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_bucket{queue=\"etl\",le=\"5\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_bucket{queue=\"etl\",le=\"10\"} 1\n"));
  CHECK(
      absl::StrContains(text, "muster_api_request_seconds_count{code=\"201\",lane=\"bind\"} 1\n"));
  CHECK(absl::StrContains(text, "process_start_time_seconds 1000\n"));
  CHECK(absl::StrContains(text, "# TYPE process_cpu_seconds_total counter\n"));
  CHECK_FALSE(absl::StrContains(text, "process_resident_memory_bytes 0\n"));
}

TEST_CASE("every leaf has its series from the start, and loses them when it leaves the config") {
  Metrics metrics(absl::UnixEpoch());
  metrics.GangStarted("old", absl::Seconds(1));
  metrics.GangStarted("kept", absl::Seconds(1));
  metrics.SetQueues({Row("kept"), Row("new")});
  const std::string text = metrics.Render(absl::UnixEpoch());
  CHECK_FALSE(absl::StrContains(text, "queue=\"old\""));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_count{queue=\"kept\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_gang_wait_seconds_count{queue=\"new\"} 0\n"));
}

TEST_CASE("a scraper and the loop do not disturb each other") {
  Metrics metrics(absl::UnixEpoch());
  std::atomic<bool> stop{false};
  std::thread scraper([&] {
    while (!stop) metrics.Render(absl::UnixEpoch());
  });
  for (int i = 0; i < 300; ++i) {
    metrics.queues().Replace({Row("a"), Row("b")}, i);
    metrics.GangStarted(i % 2 == 0 ? "a" : "b", absl::Seconds(1));
    metrics.PhaseTook(Phase::kAct, absl::Milliseconds(1));
    if (i % 50 == 0) metrics.SetQueues({Row("a")});
  }
  stop = true;
  scraper.join();
  CHECK(absl::StrContains(metrics.Render(absl::UnixEpoch()), "muster_half_bound_gangs 299\n"));
}

TEST_CASE("the version is the build's") {
  std::ifstream lists(std::string(MUSTER_SOURCE_DIR) + "/CMakeLists.txt");
  std::ostringstream text;
  text << lists.rdbuf();
  CHECK(absl::StrContains(text.str(), "project(muster VERSION " + std::string(kVersion) + " "));
}

}  // namespace
}  // namespace muster::daemon
