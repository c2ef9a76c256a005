// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/version.h"
#include "scheduler/model/plan.h"

namespace muster::daemon {
namespace {

const prometheus::Histogram::BucketBoundaries kCycleBuckets = {
    50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1};
// Of each queue: few, since there may be thousands.
const prometheus::Histogram::BucketBoundaries kWaitBuckets = {0.5, 1,   5,    10,    30,   60,
                                                              300, 900, 3600, 14400, 43200};
const prometheus::Histogram::BucketBoundaries kRunBuckets = {5,   30,   60,    120,   300,
                                                             900, 3600, 14400, 43200, 86400};
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

constexpr EvictionCause kEvictionCauses[] = {EvictionCause::kReclaim, EvictionCause::kPreemption,
                                             EvictionCause::kOverrun};
constexpr absl::string_view kPhaseNames[kPhases] = {"apply", "decide", "act", "render"};
constexpr absl::string_view kBindOutcomes[] = {"accepted", "refused", "unclear"};

}  // namespace

absl::string_view Name(Phase phase) { return kPhaseNames[static_cast<size_t>(phase)]; }

Metrics::Metrics(absl::Time started)
    : gang_wait_("muster_gang_wait_seconds",
                 "From a gang's creation to the decision that started it.", kWaitBuckets),
      gang_run_("muster_gang_run_seconds",
                "From the first bind of a gang that started to its end, by eviction too.",
                kRunBuckets),
      leader_(Gauge(&registry_, "muster_leader", "1 while this instance decides, else 0.")),
      config_generation_(Gauge(&registry_, "muster_config_generation",
                               "How many queue configs this instance has put in force.")),
      config_rejections_(Counter(&registry_, "muster_config_rejections_total",
                                 "Queue configs that were refused; the last good one stayed.")),
      decisions_(&Build(prometheus::BuildCounter(), "muster_decisions_total",
                        "Decisions about gangs, by outcome.", &registry_)),
      drift_(Gauge(&registry_, "muster_drift",
                   "Differences between the books and what pods and holds add up to, at the last "
                   "audit.")),
      audits_(Counter(&registry_, "muster_audits_total", "Audits of the books.")),
      evictions_refused_(Counter(&registry_, "muster_evictions_refused_total",
                                 "Gangs that stay since the API server refused their eviction.")),
      evictions_(&Build(prometheus::BuildCounter(), "muster_evictions_total",
                        "Gangs of the queue chosen to be evicted, whole or in part, by cause.",
                        &registry_)),
      api_seconds_(&Build(prometheus::BuildHistogram(), "muster_api_request_seconds",
                          "Requests to the API server, by lane and HTTP code (0: no answer).",
                          &registry_)),
      retries_(&Build(prometheus::BuildCounter(), "muster_api_retries_total",
                      "Requests to the API server that are made again after a failure, by lane.",
                      &registry_)),
      resident_bytes_(
          Gauge(&registry_, "process_resident_memory_bytes", "Resident memory size in bytes.")) {
  auto& binds = Build(prometheus::BuildCounter(), "muster_binds_total",
                      "Pods that the API server was asked to bind, by how it ended.", &registry_);
  for (size_t i = 0; i < binds_.size(); ++i) {
    binds_[i] = &binds.Add({{"outcome", std::string(kBindOutcomes[i])}});
  }
  auto& phases = Build(prometheus::BuildHistogram(), "muster_cycle_seconds",
                       "Time of one turn of the loop, by phase: apply events, decide, act on the "
                       "decisions, render them.",
                       &registry_);
  for (size_t i = 0; i < kPhases; ++i) {
    phases_[i] = &phases.Add({{"phase", std::string(kPhaseNames[i])}}, kCycleBuckets);
  }
  Gauge(&registry_, "process_start_time_seconds", "Start time since the Unix epoch in seconds.")
      ->Set(absl::ToDoubleSeconds(started - absl::UnixEpoch()));
  Build(prometheus::BuildGauge(), "muster_build_info", "Always 1; its label is the version.",
        &registry_)
      .Add({{"version", kVersion}})
      .Set(1);
}

void Metrics::BindEnded(BindOutcome outcome) { binds_[static_cast<size_t>(outcome)]->Increment(); }

void Metrics::PhaseTook(Phase phase, absl::Duration took) {
  phases_[static_cast<size_t>(phase)]->Observe(absl::ToDoubleSeconds(took));
}

void Metrics::Decided(absl::string_view outcome, int64_t gangs) {
  prometheus::Counter*& counter = decisions_by_outcome_[std::string(outcome)];
  if (counter == nullptr) counter = &decisions_->Add({{"outcome", std::string(outcome)}});
  counter->Increment(static_cast<double>(gangs));
}

prometheus::Counter* Metrics::EvictionsOf(absl::string_view queue, absl::string_view cause) {
  prometheus::Counter*& counter = evictions_by_queue_[{std::string(queue), std::string(cause)}];
  if (counter == nullptr) {
    counter = &evictions_->Add({{"queue", std::string(queue)}, {"cause", std::string(cause)}});
  }
  return counter;
}

void Metrics::GangEvicted(absl::string_view queue, absl::string_view cause) {
  EvictionsOf(queue, cause)->Increment();
}

// Before the first eviction there is a zero, or nobody would see it as an increase.
void Metrics::GangStarted(absl::string_view queue, absl::Duration wait) {
  gang_wait_.Observe(queue, wait);
  for (const EvictionCause cause : kEvictionCauses) EvictionsOf(queue, Name(cause));
}

void Metrics::GangRan(absl::string_view queue, absl::Duration run) {
  gang_run_.Observe(queue, run);
}

void Metrics::Audited(int64_t differences) {
  audits_->Increment();
  drift_->Set(static_cast<double>(differences));
}

void Metrics::SetQueues(const QueueRows& rows) {
  absl::btree_set<std::string> all;
  absl::btree_set<std::string> leaves;
  for (const QueueRow& row : rows) {
    all.insert(row.path);
    if (row.leaf && row.path != kNoQueue) leaves.insert(row.path);
  }
  gang_wait_.SetQueues(leaves);
  gang_run_.SetQueues(leaves);
  for (auto it = evictions_by_queue_.begin(); it != evictions_by_queue_.end();) {
    const bool keep = all.contains(it->first.first);
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

prometheus::Counter* Metrics::RetriesOf(absl::string_view lane) {
  prometheus::Counter*& counter = retries_by_lane_[std::string(lane)];
  if (counter == nullptr) counter = &retries_->Add({{"lane", std::string(lane)}});
  return counter;
}

std::string Metrics::Render(absl::Time now) const {
  resident_bytes_->Set(ResidentBytes());
  Exposition out(last_bytes_ + last_bytes_ / 16);
  for (const prometheus::MetricFamily& family : registry_.Collect()) out.Add(family);
  queues_.Write(now, &out);
  gang_wait_.Write(&out);
  gang_run_.Write(&out);
  watches_.Write(now, &out);
  costs_.Write(&out);
  out.Family("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
             "counter");
  out.Sample("", CpuSeconds());
  std::string text = out.Take();
  last_bytes_ = text.size();
  return text;
}

}  // namespace muster::daemon
