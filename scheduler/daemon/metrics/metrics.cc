// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "prometheus/text_serializer.h"
#include "scheduler/daemon/version.h"

namespace muster::daemon {
namespace {

const prometheus::Histogram::BucketBoundaries kCycleBuckets = {
    50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1};
const prometheus::Histogram::BucketBoundaries kWaitBuckets = {
    0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200};
const prometheus::Histogram::BucketBoundaries kApiBuckets = {
    1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5};

template <typename Builder>
auto& Build(Builder builder, absl::string_view name, absl::string_view help,
            prometheus::Registry* registry) {
  return builder.Name(std::string(name)).Help(std::string(help)).Register(*registry);
}

prometheus::Counter* Counter(prometheus::Registry* registry, absl::string_view name,
                             absl::string_view help) {
  return &Build(prometheus::BuildCounter(), name, help, registry).Add({});
}

prometheus::Gauge* Gauge(prometheus::Registry* registry, absl::string_view name,
                         absl::string_view help) {
  return &Build(prometheus::BuildGauge(), name, help, registry).Add({});
}

double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Metrics::Metrics(absl::Time started)
    : leader_(Gauge(&registry_, "muster_leader", "1 while this instance decides, else 0.")),
      config_generation_(Gauge(&registry_, "muster_config_generation",
                               "How many queue configs this instance has put in force.")),
      config_rejections_(Counter(&registry_, "muster_config_rejections_total",
                                 "Queue configs that were refused; the last good one stayed.")),
      cycle_seconds_(&Build(prometheus::BuildHistogram(), "muster_cycle_seconds",
                            "Time that one decision took.", &registry_)
                          .Add({}, kCycleBuckets)),
      releases_(Counter(&registry_, "muster_gang_releases_total",
                        "Half-bound gangs that were given up.")),
      evictions_refused_(Counter(&registry_, "muster_evictions_refused_total",
                                 "Gangs that stay since the API server refused their eviction.")),
      evictions_(&Build(prometheus::BuildCounter(), "muster_evictions_total",
                        "Gangs of the queue chosen to be evicted, whole or in part, by cause.",
                        &registry_)),
      gang_wait_(&Build(prometheus::BuildHistogram(), "muster_gang_wait_seconds",
                        "From a gang's creation to the decision that started it.", &registry_)),
      api_seconds_(&Build(prometheus::BuildHistogram(), "muster_api_request_seconds",
                          "Requests to the API server, by lane and HTTP code (0: no answer).",
                          &registry_)),
      resident_bytes_(
          Gauge(&registry_, "process_resident_memory_bytes", "Resident memory size in bytes.")) {
  auto& binds = Build(prometheus::BuildCounter(), "muster_binds_total",
                      "Pods that the API server was asked to bind, by how it ended.", &registry_);
  binds_accepted_ = &binds.Add({{"outcome", "accepted"}});
  binds_refused_ = &binds.Add({{"outcome", "refused"}});
  Gauge(&registry_, "process_start_time_seconds", "Start time since the Unix epoch in seconds.")
      ->Set(absl::ToDoubleSeconds(started - absl::UnixEpoch()));
  Build(prometheus::BuildGauge(), "muster_build_info", "Always 1; its label is the version.",
        &registry_)
      .Add({{"version", kVersion}})
      .Set(1);
}

void Metrics::BindEnded(bool accepted) {
  (accepted ? binds_accepted_ : binds_refused_)->Increment();
}

void Metrics::CycleTook(absl::Duration took) {
  cycle_seconds_->Observe(absl::ToDoubleSeconds(took));
}

void Metrics::GangEvicted(absl::string_view queue, absl::string_view cause) {
  prometheus::Counter*& counter = evictions_by_queue_[{std::string(queue), std::string(cause)}];
  if (counter == nullptr) {
    counter = &evictions_->Add({{"queue", std::string(queue)}, {"cause", std::string(cause)}});
  }
  counter->Increment();
}

prometheus::Histogram* Metrics::GangWaitOf(absl::string_view queue) {
  prometheus::Histogram*& histogram = gang_wait_by_queue_[std::string(queue)];
  if (histogram == nullptr) {
    histogram = &gang_wait_->Add({{"queue", std::string(queue)}}, kWaitBuckets);
  }
  return histogram;
}

void Metrics::GangStarted(absl::string_view queue, absl::Duration wait) {
  GangWaitOf(queue)->Observe(absl::ToDoubleSeconds(std::max(wait, absl::ZeroDuration())));
}

void Metrics::SetQueues(const QueueRows& rows) {
  for (const QueueRow& row : rows) {
    if (row.leaf && row.path != kNoQueue) GangWaitOf(row.path);
  }
  for (auto it = gang_wait_by_queue_.begin(); it != gang_wait_by_queue_.end();) {
    const bool keep = std::any_of(rows.begin(), rows.end(),
                                  [&](const QueueRow& row) { return row.path == it->first; });
    if (!keep) gang_wait_->Remove(it->second);
    it = keep ? std::next(it) : gang_wait_by_queue_.erase(it);
  }
  for (auto it = evictions_by_queue_.begin(); it != evictions_by_queue_.end();) {
    const bool keep = std::any_of(rows.begin(), rows.end(),
                                  [&](const QueueRow& row) { return row.path == it->first.first; });
    if (!keep) evictions_->Remove(it->second);
    it = keep ? std::next(it) : evictions_by_queue_.erase(it);
  }
}

// Some twenty series: a search through all of them is cheaper than a key made of both.
prometheus::Histogram* Metrics::ApiSecondsOf(absl::string_view lane, int code) {
  for (const ApiSeries& series : api_by_lane_and_code_) {
    if (series.code == code && series.lane == lane) return series.histogram;
  }
  api_by_lane_and_code_.push_back(
      {std::string(lane), code,
       &api_seconds_->Add({{"lane", std::string(lane)}, {"code", absl::StrCat(code)}},
                          kApiBuckets)});
  return api_by_lane_and_code_.back().histogram;
}

void Metrics::ApiCall(absl::string_view lane, int code, absl::Duration took) {
  ApiSecondsOf(lane, code)->Observe(absl::ToDoubleSeconds(took));
}

std::string Metrics::Render(absl::Time now) const {
  resident_bytes_->Set(ResidentBytes());
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (prometheus::MetricFamily& family : queues_.Collect(now)) {
    families.push_back(std::move(family));
  }
  prometheus::MetricFamily cpu;
  cpu.name = "process_cpu_seconds_total";
  cpu.help = "Total user and system CPU time spent in seconds.";
  cpu.type = prometheus::MetricType::Counter;
  cpu.metric.emplace_back();
  cpu.metric.back().counter.value = CpuSeconds();
  families.push_back(std::move(cpu));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace muster::daemon
