// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/world_reports.h"

#include "absl/time/clock.h"

namespace muster::daemon {

void WorldReports::OnLead() {
  metrics_->SetLeader(true);
  health_->Enter(Health::Phase::kLeading);
  log_->Info("leads");
}

void WorldReports::OnStandby(const std::string& holder) {
  health_->Enter(Health::Phase::kStandby, holder);
  if (holder == standby_) return;
  standby_ = holder;
  log_->Info("stands by", {{"leader", holder}});
}

void WorldReports::OnEnd(const std::string& why) {
  metrics_->SetLeader(false);
  health_->Enter(Health::Phase::kStopping);
  if (why.empty()) return;
  log_->Error("cannot go on, a new start rebuilds all state", {{"why", why}});
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = why;
}

void WorldReports::OnConfig(const std::string& error) {
  if (error.empty()) return;
  metrics_->ConfigRejected();
  health_->Trouble(error);
  log_->Error("queue config refused, the last good one stays in force", {{"error", error}});
}

void WorldReports::OnProblem(const std::string& what) {
  health_->Trouble(what);
  int64_t left_out = 0;
  if (!problems_.Due(what, absl::Now(), &left_out)) return;
  if (left_out == 0) {
    log_->Warning(what);
  } else {
    log_->Warning(what, {{"left_out", left_out}});
  }
}

void WorldReports::OnExchange(kube::Lane lane, int code, absl::Duration took) {
  metrics_->ApiCall(kube::Name(lane), code, took);
}

std::string WorldReports::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended_;
}

}  // namespace muster::daemon
