// SPDX-License-Identifier: Apache-2.0
// What the Kubernetes world tells about itself, rendered: to readiness, metrics and the log. Called
// on the world's thread.
#pragma once

#include <mutex>
#include <string>

#include "scheduler/daemon/health.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/daemon/repeats.h"
#include "scheduler/kube/world.h"

namespace muster::daemon {

class WorldReports : public kube::WorldObserver {
 public:
  WorldReports(Health* health, Metrics* metrics, Log* log, loop::Clock* clock)
      : health_(health), metrics_(metrics), log_(log), clock_(clock), problems_(absl::Minutes(1)) {
    for (size_t i = 0; i < kube::kLaneCount; ++i) {
      metrics_->ApiLane(kube::Name(static_cast<kube::Lane>(i)));
    }
  }

  void OnLead() override;
  void OnStandby(const std::string& holder) override;
  void OnEnd(const std::string& why) override;
  void OnConfig(const std::string& error) override;
  void OnProblem(const std::string& what) override;
  void OnExchange(kube::Lane lane, int code, absl::Duration took) override;
  void OnRetry(kube::Lane lane) override { metrics_->ApiRetry(kube::Name(lane)); }
  void OnUnclearBind() override { metrics_->BindEnded(BindOutcome::kUnclear); }
  void OnHeard(const std::string& kind) override { metrics_->watches().Heard(kind, clock_->Now()); }

  // Why the world ended by itself; empty while it has not. Any thread.
  std::string ended() const;

 private:
  Health* const health_;
  Metrics* const metrics_;
  Log* const log_;
  loop::Clock* const clock_;
  Repeats problems_;
  std::string standby_;
  mutable std::mutex mutex_;
  std::string ended_;  // guarded by mutex_
};

}  // namespace muster::daemon
