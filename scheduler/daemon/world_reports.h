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
  WorldReports(Health* health, Metrics* metrics, Log* log)
      : health_(health), metrics_(metrics), log_(log), problems_(absl::Minutes(1)) {}

  void OnLead() override;
  void OnStandby(const std::string& holder) override;
  void OnEnd(const std::string& why) override;
  void OnConfig(const std::string& error) override;
  void OnProblem(const std::string& what) override;
  void OnExchange(kube::Lane lane, int code, absl::Duration took) override;

  // Why the world ended by itself; empty while it has not. Any thread.
  std::string ended() const;

 private:
  Health* const health_;
  Metrics* const metrics_;
  Log* const log_;
  Repeats problems_;
  std::string standby_;
  mutable std::mutex mutex_;
  std::string ended_;  // guarded by mutex_
};

}  // namespace muster::daemon
