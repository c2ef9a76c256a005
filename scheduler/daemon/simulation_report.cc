// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulation_report.h"

#include <algorithm>

namespace muster::daemon {

Spread WaitsOf(const sim::Report& report, const std::optional<std::string>& queue) {
  std::vector<absl::Duration> waits;
  for (const sim::JobReport& job : report.jobs) {
    if (!queue.has_value() || job.queue == *queue) waits.push_back(job.wait);
  }
  Spread spread;
  spread.jobs = static_cast<int64_t>(waits.size());
  if (waits.empty()) return spread;
  std::sort(waits.begin(), waits.end());
  const auto ranked = [&waits](size_t percent) {
    return waits[std::max<size_t>(1, (waits.size() * percent + 99) / 100) - 1];
  };
  spread.p50 = ranked(50);
  spread.p95 = ranked(95);
  spread.max = waits.back();
  return spread;
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
