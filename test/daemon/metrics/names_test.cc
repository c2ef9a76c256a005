// SPDX-License-Identifier: Apache-2.0
// Dashboards, alerts and the runbook name metrics: all of them are exported, and what dashboards
// outside rely on keeps its name.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "scheduler/daemon/cost/meter.h"
#include "scheduler/daemon/metrics/cycle_metrics.h"
#include "test/daemon/cluster.h"

namespace muster::daemon {
namespace {

const std::filesystem::path kDeploy = std::filesystem::path(MUSTER_SOURCE_DIR) / "deploy";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> NamesIn(const std::string& text, const std::string& prefix) {
  std::set<std::string> names;
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    const auto word = [](char c) { return absl::ascii_isalnum(c) || c == '_'; };
    if (at > 0 && word(text[at - 1])) continue;
    size_t end = at;
    while (end < text.size() && word(text[end])) ++end;
    names.insert(text.substr(at, end - at));
  }
  return names;
}

// The text of a daemon to which everything has happened.
std::string Everything() {
  Cluster cluster;
  QueueSpec queue;
  queue.name = "default";
  queue.guaranteed = {{kCpu, 1000}};
  queue.max = {{kCpu, 64000}};
  cluster.Queues({queue});
  cluster.AddNode("node-a", 4);
  Metrics metrics(cluster.now);
  CycleMetrics rendering(&metrics);
  CostMeter costs;
  cluster.AddPod("a", 4);
  cluster.AddPod("b", 4);
  cluster.Decide(&rendering);
  costs.OnStepEnd(cluster.state(), cluster.now);
  metrics.costs().Look(cluster.state(), &costs.ledger(), cluster.now);
  metrics.GangEvicted("default", "reclaim");
  metrics.ApiCall("bind", 201, absl::Seconds(1));
  metrics.ApiRetry("bind");
  metrics.watches().Heard("pods", cluster.now);
  return metrics.Render(cluster.now);
}

std::set<std::string> Exported() {
  std::set<std::string> names;
  std::istringstream lines(Everything());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, type, name, kind;
    if (!(words >> hash >> type >> name >> kind) || hash != "#" || type != "TYPE") continue;
    names.insert(name);
    if (kind != "histogram") continue;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) names.insert(name + suffix);
  }
  return names;
}

TEST_CASE("every metric that a dashboard, an alert or the runbook names is exported") {
  const std::set<std::string> exported = Exported();
  std::vector<std::filesystem::path> files = {kDeploy / "alerts.yaml", kDeploy / "RUNBOOK.md"};
  for (const auto& entry : std::filesystem::directory_iterator(kDeploy / "dashboards")) {
    files.push_back(entry.path());
  }
  CHECK(files.size() >= 5);
  size_t found = 0;
  for (const auto& file : files) {
    const std::string text = ReadAll(file);
    std::set<std::string> names = NamesIn(text, "muster_");
    names.merge(NamesIn(text, "process_"));
    for (const std::string& name : names) {
      CAPTURE(file, name);
      CHECK(exported.contains(name));
      ++found;
    }
  }
  CHECK(found > 50);
}

TEST_CASE("names that dashboards outside may rely on stay what they are") {
  const std::set<std::string> exported = Exported();
  for (const char* name :
       {"muster_queue_waiting_gangs", "muster_queue_oldest_wait_seconds", "muster_queue_used",
        "muster_queue_held", "muster_queue_guaranteed", "muster_queue_max", "muster_queue_share",
        "muster_gang_wait_seconds_bucket", "muster_binds_total", "muster_evictions_total",
        "muster_half_bound_gangs", "muster_config_rejections_total"}) {
    CAPTURE(name);
    CHECK(exported.contains(name));
  }
}

TEST_CASE(
    "every metric has a help text, counters end in _total, and no label names a gang or a pod") {
  const std::string text = Everything();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (absl::StartsWith(line, "# HELP ")) CHECK(line.find_last_not_of(" .") > line.find(' ', 7));
    if (absl::StartsWith(line, "# TYPE ") && absl::EndsWith(line, " counter")) {
      CHECK(absl::EndsWith(line, "_total counter"));
    }
    CHECK(line.find("=\"team") == std::string::npos);
    CHECK(line.find("uid-") == std::string::npos);
  }
  for (const std::string& name : Exported()) {
    CAPTURE(name);
    CHECK((absl::StartsWith(name, "muster_") || absl::StartsWith(name, "process_")));
  }
}

}  // namespace
}  // namespace muster::daemon
