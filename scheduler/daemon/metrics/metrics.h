// SPDX-License-Identifier: Apache-2.0
// What the daemon counts for Prometheus, by its conventions: base units (seconds, bytes, cores),
// counters end in _total, labels are bounded (queues, reasons, outcomes; never a gang or a pod).
//
// Writers only touch counters, each from one thread (what the API server is asked: the world's; all
// others: the loop's); the text is made on the scraper's thread, when it asks. Gauges over queues
// come from a small copy of the last state (queue_gauges.h).
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "scheduler/daemon/metrics/queue_costs.h"
#include "scheduler/daemon/metrics/queue_gauges.h"
#include "scheduler/daemon/metrics/queue_histograms.h"
#include "scheduler/daemon/metrics/watch_ages.h"

namespace muster::daemon {

// Of one turn of the loop: events entered into the state; decisions; what was decided assumed and
// asked for; metrics, logs and other renderings.
enum class Phase : uint8_t { kApply, kDecide, kAct, kRender };
inline constexpr size_t kPhases = 4;
absl::string_view Name(Phase phase);

// How binds end. Unclear: no word came from the API server, and the pod is read back; refused or
// accepted follows.
enum class BindOutcome : uint8_t { kAccepted, kRefused, kUnclear };

class Metrics {
 public:
  explicit Metrics(absl::Time started);

  void SetLeader(bool leader) { leader_->Set(leader ? 1 : 0); }
  void BindEnded(BindOutcome outcome);
  void ConfigAccepted() { config_generation_->Increment(); }
  void ConfigRejected() { config_rejections_->Increment(); }
  void PhaseTook(Phase phase, absl::Duration took);
  // `outcome`: what a plan did with a gang, "start"; see cycle_metrics.cc.
  void Decided(absl::string_view outcome, int64_t gangs);
  // A gang of the queue was chosen to be evicted, or members of it.
  void GangEvicted(absl::string_view queue, absl::string_view cause);
  void EvictionRefused() { evictions_refused_->Increment(); }
  // A gang of the queue started after that wait.
  void GangStarted(absl::string_view queue, absl::Duration wait);
  // A gang of the queue that had started ended so long after its first bind.
  void GangRan(absl::string_view queue, absl::Duration run);
  // The state's books were recomputed from nothing.
  void Audited(int64_t differences);
  // Every leaf of `rows` has its series from the start; those of queues that are gone are dropped.
  void SetQueues(const QueueRows& rows);
  // An exchange with the API server; code 0: no answer.
  void ApiCall(absl::string_view lane, int code, absl::Duration took);
  // A request that failed is to be made again.
  void ApiRetry(absl::string_view lane) { RetriesOf(lane)->Increment(); }
  // There may be such: the lane has its series from now on.
  void ApiLane(absl::string_view lane) { RetriesOf(lane); }

  QueueGauges& queues() { return queues_; }
  WatchAges& watches() { return watches_; }
  QueueCosts& costs() { return costs_; }

  // The text of a scrape; any thread.
  std::string Render(absl::Time now) const;

 private:
  struct ApiSeries {
    std::string lane;
    int code;
    prometheus::Histogram* histogram;
  };

  prometheus::Counter* EvictionsOf(absl::string_view queue, absl::string_view cause);
  prometheus::Counter* RetriesOf(absl::string_view lane);
  prometheus::Histogram* ApiSecondsOf(absl::string_view lane, int code);

  template <typename Metric>
  using Family = prometheus::Family<Metric>;

  prometheus::Registry registry_;
  QueueGauges queues_;
  QueueHistograms gang_wait_;
  QueueHistograms gang_run_;
  WatchAges watches_;
  QueueCosts costs_;
  prometheus::Gauge* leader_;
  std::array<prometheus::Counter*, 3> binds_;
  prometheus::Gauge* config_generation_;
  prometheus::Counter* config_rejections_;
  std::array<prometheus::Histogram*, kPhases> phases_;
  Family<prometheus::Counter>* decisions_;
  std::map<std::string, prometheus::Counter*, std::less<>> decisions_by_outcome_;
  prometheus::Gauge* drift_;
  prometheus::Counter* audits_;
  prometheus::Counter* evictions_refused_;
  Family<prometheus::Counter>* evictions_;
  std::map<std::pair<std::string, std::string>, prometheus::Counter*> evictions_by_queue_;
  Family<prometheus::Histogram>* api_seconds_;
  std::vector<ApiSeries> api_by_lane_and_code_;
  Family<prometheus::Counter>* retries_;
  std::map<std::string, prometheus::Counter*, std::less<>> retries_by_lane_;
  prometheus::Gauge* resident_bytes_;
  mutable std::atomic<size_t> last_bytes_ = 0;  // of a scrape
};

}  // namespace muster::daemon
