// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/queue_gauges.h"

#include <algorithm>

namespace muster::daemon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

MetricFamily Family(absl::string_view name, absl::string_view help) {
  MetricFamily family;
  family.name = std::string(name);
  family.help = std::string(help);
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void Add(MetricFamily* family, double value, std::vector<ClientMetric::Label> labels) {
  ClientMetric metric;
  metric.gauge.value = value;
  metric.label = std::move(labels);
  family->metric.push_back(std::move(metric));
}

MetricFamily ByResource(absl::string_view name, absl::string_view help, const QueueRows& rows,
                        Quantities QueueRow::*quantities) {
  MetricFamily family = Family(name, help);
  for (const QueueRow& row : rows) {
    for (const auto& [resource, amount] : row.*quantities) {
      Add(&family, amount, {{"queue", row.path}, {"resource", resource}});
    }
  }
  return family;
}

MetricFamily Waiting(const QueueRows& rows) {
  MetricFamily family = Family("muster_queue_waiting_gangs",
                               "Gangs that wait in the queue, by the reason code they are given.");
  for (const QueueRow& row : rows) {
    for (size_t code = 0; code < row.waiting.size(); ++code) {
      if (row.waiting[code] == 0) continue;
      Add(&family, static_cast<double>(row.waiting[code]),
          {{"queue", row.path}, {"reason", std::string(Name(static_cast<ReasonCode>(code)))}});
    }
  }
  return family;
}

MetricFamily Oldest(const QueueRows& rows, absl::Time now) {
  MetricFamily family = Family("muster_queue_oldest_wait_seconds",
                               "Age of the gang of the queue that waits the longest; 0 if none.");
  for (const QueueRow& row : rows) {
    if (!row.leaf) continue;
    Add(&family, std::max(0.0, absl::ToDoubleSeconds(now - std::min(now, row.oldest))),
        {{"queue", row.path}});
  }
  return family;
}

MetricFamily Shares(const QueueRows& rows) {
  MetricFamily family = Family("muster_queue_share",
                               "Dominant share of the cluster that the queue uses and holds, "
                               "divided by its weight.");
  for (const QueueRow& row : rows) Add(&family, row.share, {{"queue", row.path}});
  return family;
}

}  // namespace

void QueueGauges::Replace(QueueRows rows, int64_t half_bound, int64_t claims) {
  const std::lock_guard<std::mutex> lock(mutex_);
  rows_.swap(rows);
  half_bound_ = half_bound;
  claims_ = claims;
}

std::vector<MetricFamily> QueueGauges::Collect(absl::Time now) const {
  QueueRows rows;
  int64_t half_bound = 0;
  int64_t claims = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    rows = rows_;
    half_bound = half_bound_;
    claims = claims_;
  }
  MetricFamily half = Family("muster_half_bound_gangs",
                             "Gangs of which some members are bound and others are not yet.");
  Add(&half, static_cast<double>(half_bound), {});
  MetricFamily claiming =
      Family("muster_claims", "Gangs that wait for room which evictions are freeing for them.");
  Add(&claiming, static_cast<double>(claims), {});
  return {
      Waiting(rows),
      Oldest(rows, now),
      Shares(rows),
      ByResource("muster_queue_used", "What bound pods of the queue request: cores, bytes, pieces.",
                 rows, &QueueRow::used),
      ByResource("muster_queue_held",
                 "Room held for members of started gangs that do not exist yet.", rows,
                 &QueueRow::held),
      ByResource("muster_queue_guaranteed", "What the config guarantees to the queue.", rows,
                 &QueueRow::guaranteed),
      ByResource("muster_queue_max", "What the queue may use at most, where that is limited.", rows,
                 &QueueRow::max),
      std::move(half),
      std::move(claiming),
  };
}

}  // namespace muster::daemon
