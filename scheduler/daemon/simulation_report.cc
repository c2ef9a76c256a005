// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulation_report.h"

#include <algorithm>

namespace muster::daemon {

namespace {

Spread SpreadOf(std::vector<absl::Duration> times) {
  Spread spread;
  spread.jobs = static_cast<int64_t>(times.size());
  if (times.empty()) return spread;
  std::sort(times.begin(), times.end());
  const auto ranked = [&times](size_t percent) {
    return times[std::max<size_t>(1, (times.size() * percent + 99) / 100) - 1];
  };
  spread.p50 = ranked(50);
  spread.p95 = ranked(95);
  spread.max = times.back();
  return spread;
}

}  // namespace

Spread WaitsOf(const sim::Report& report, const std::optional<std::string>& queue) {
  std::vector<absl::Duration> waits;
  for (const sim::JobReport& job : report.jobs) {
    if (!queue.has_value() || job.queue == *queue) waits.push_back(job.wait);
  }
  return SpreadOf(std::move(waits));
}

Spread TurnaroundsOf(const sim::Report& report, const std::optional<std::string>& queue) {
  std::vector<absl::Duration> turnarounds;
  for (const sim::JobReport& job : report.jobs) {
    if (job.endless || (queue.has_value() && job.queue != *queue)) continue;
    turnarounds.push_back(job.wait + job.run);
  }
  return SpreadOf(std::move(turnarounds));
}

int64_t Finished(const sim::Report& report) {
  return std::count_if(report.jobs.begin(), report.jobs.end(),
                       [](const sim::JobReport& job) { return job.succeeded; });
}

int64_t Stalled(const sim::Report& report) {
  return std::count_if(report.jobs.begin(), report.jobs.end(),
                       [](const sim::JobReport& job) { return job.stalled; });
}

}  // namespace muster::daemon
