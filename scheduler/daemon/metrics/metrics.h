// SPDX-License-Identifier: Apache-2.0
// What the daemon counts for Prometheus, by its conventions: base units (seconds, bytes, cores),
// counters end in _total, labels are bounded (queues, reasons, outcomes; never a gang or a pod).
//
// Writers only touch counters, each from one thread (ApiCall: the world's; all others: the loop's);
// the text is made on the scraper's thread, when it asks. Gauges over queues come from a small copy
// of the last state (queue_gauges.h).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "scheduler/daemon/metrics/queue_gauges.h"

namespace muster::daemon {

class Metrics {
 public:
  explicit Metrics(absl::Time started);

  void SetLeader(bool leader) { leader_->Set(leader ? 1 : 0); }
  void BindEnded(bool accepted);
  void ConfigAccepted() { config_generation_->Increment(); }
  void ConfigRejected() { config_rejections_->Increment(); }
  void CycleTook(absl::Duration took);
  void GangReleased() { releases_->Increment(); }
  // A gang of the queue was chosen to be evicted, or members of it.
  void GangEvicted(absl::string_view queue, absl::string_view cause);
  void EvictionRefused() { evictions_refused_->Increment(); }
  // A gang of the queue started after that wait.
  void GangStarted(absl::string_view queue, absl::Duration wait);
  // Every leaf of `rows` has its series from the start; those of queues that are gone are dropped.
  void SetQueues(const QueueRows& rows);
  // An exchange with the API server; code 0: no answer.
  void ApiCall(absl::string_view lane, int code, absl::Duration took);

  QueueGauges& queues() { return queues_; }

  // The text of a scrape; any thread.
  std::string Render(absl::Time now) const;

 private:
  struct ApiSeries {
    std::string lane;
    int code;
    prometheus::Histogram* histogram;
  };

  prometheus::Histogram* GangWaitOf(absl::string_view queue);
  prometheus::Histogram* ApiSecondsOf(absl::string_view lane, int code);

  template <typename Metric>
  using Family = prometheus::Family<Metric>;

  prometheus::Registry registry_;
  QueueGauges queues_;
  prometheus::Gauge* leader_;
  prometheus::Counter* binds_accepted_;
  prometheus::Counter* binds_refused_;
  prometheus::Gauge* config_generation_;
  prometheus::Counter* config_rejections_;
  prometheus::Histogram* cycle_seconds_;
  prometheus::Counter* releases_;
  prometheus::Counter* evictions_refused_;
  Family<prometheus::Counter>* evictions_;
  std::map<std::pair<std::string, std::string>, prometheus::Counter*> evictions_by_queue_;
  Family<prometheus::Histogram>* gang_wait_;
  std::map<std::string, prometheus::Histogram*, std::less<>> gang_wait_by_queue_;
  Family<prometheus::Histogram>* api_seconds_;
  std::vector<ApiSeries> api_by_lane_and_code_;
  prometheus::Gauge* resident_bytes_;
};

}  // namespace muster::daemon
