// SPDX-License-Identifier: Apache-2.0
// What /healthz, /livez and /readyz answer. Ready: this instance decides on a synced state, or
// stands by while another one leads (so that a rollout of two replicas gets on). Alive: the loop
// turns; one that has not for kStalled is beyond help, and a restart rebuilds all state.
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "scheduler/daemon/http/http_server.h"

namespace muster::daemon {

class Health {
 public:
  static constexpr absl::Duration kStalled = absl::Seconds(60);

  enum class Phase {
    kElecting,  // nobody is known to lead yet
    kStandby,   // another instance leads: `detail` names it
    kLeading,   // ready once nothing is left to sync
    kStopping,
  };
  void Enter(Phase phase, std::string detail = "");
  // Asked by Ready while leading: what is not synced yet, "" when all is.
  void AskSync(std::function<std::string()> not_synced);
  // The last problem that was met; told while it keeps this instance from being ready.
  void Trouble(std::string what);
  // The loop turned.
  void Beat(absl::Time now);

  Page Ready() const;
  Page Alive(absl::Time now) const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Phase phase_ = Phase::kElecting;
  std::string detail_;
  std::string trouble_;
  std::function<std::string()> not_synced_;
  absl::Time beat_ = absl::InfiniteFuture();  // in the future: the loop does not run yet
};

}  // namespace muster::daemon
