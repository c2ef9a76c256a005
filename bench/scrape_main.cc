// SPDX-License-Identifier: Apache-2.0
// bench_scrape: what a scrape costs with 10,000 leaf queues in which everything has happened. The
// probe writes as many bytes into a string, a line at a time, and computes nothing. Exit status 1:
// a target was missed.
#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/core_harness.h"
#include "scheduler/daemon/metrics/metrics.h"

namespace muster::bench {
namespace {

constexpr int kQueues = 10'000;
constexpr int kRuns = 15;

daemon::QueueRow Row(int index) {
  constexpr double kMemory = 68'719'476'736;
  daemon::QueueRow row;
  row.path = absl::StrCat("division-", index / 100, ".team-", index % 100);
  row.leaf = true;
  row.share = 0.000'123 * index;
  row.used = {{"cpu", 12.5 + index}, {"memory", kMemory + index}, {"pods", 17}};
  row.held = row.idle = row.used;
  row.guaranteed = row.max = {{"cpu", 40}, {"memory", kMemory}};
  row.waiting[static_cast<size_t>(ReasonCode::kQueueQuota)] = index % 7;
  row.waiting[static_cast<size_t>(ReasonCode::kCapacityShort)] = index % 5;
  return row;
}

void Fill(daemon::Metrics* metrics) {
  daemon::QueueRows rows;
  for (int i = 0; i < kQueues; ++i) rows.push_back(Row(i));
  metrics->SetQueues(rows);
  for (const daemon::QueueRow& row : rows) {
    metrics->GangStarted(row.path, absl::Seconds(42));
    metrics->GangRan(row.path, absl::Seconds(420));
  }
  metrics->queues().Replace(std::move(rows), 0);
}

int Scrape() {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  daemon::Metrics metrics(now);
  Fill(&metrics);
  std::string text = metrics.Render(now);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  const std::string line(text.size() / static_cast<size_t>(lines), 'x');
  const double render = MedianMicros(
      kRuns, [] {}, [&] { Keep(static_cast<int64_t>(metrics.Render(now).size())); });
  const double probe = MedianMicros(
      kRuns, [] {},
      [&] {
        std::string out;
        for (int64_t i = 0; i < lines; ++i) out.append(line);
        Keep(static_cast<int64_t>(out.size()));
      });
  Table table(absl::StrCat("A scrape with ", kQueues, " leaf queues"));
  table.Row("lines", static_cast<double>(lines), "");
  table.Row("bytes", static_cast<double>(text.size()) / 1e6, "MB");
  table.Row("a scrape", render / 1e3, "ms", 50);
  table.Ratio("", render, probe, "bare appending");
  std::printf("\n%d targets missed\n", Table::misses());
  return Table::misses() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace muster::bench

int main() { return muster::bench::Scrape(); }
