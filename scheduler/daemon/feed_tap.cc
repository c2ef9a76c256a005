// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/feed_tap.h"

#include <algorithm>
#include <thread>
#include <variant>

#include "absl/time/clock.h"

namespace muster::daemon {

bool FeedTap::LookAtFile(std::vector<Event>* events) {
  const absl::Time now = clock_->Now();
  if (file_ == nullptr || (now >= looked_ && now - looked_ < kBetweenLooks)) return false;
  looked_ = now;
  absl::optional<absl::StatusOr<QueueConfig>> config = file_->Changed();
  if (!config.has_value()) return false;
  if (!config->ok()) {
    metrics_->ConfigRejected();
    log_->Error("queue config refused, the last good one stays in force",
                {{"error", config->status().message()}});
    return false;
  }
  events->push_back(QueuesSeen{**std::move(config)});
  return true;
}

void FeedTap::KeepPace(absl::Time until) {
  const absl::Time now = clock_->Now();
  const absl::Time next = std::min(heard_ + kPace, until);
  if (next > now) std::this_thread::sleep_for(absl::ToChronoMicroseconds(next - now));
}

bool FeedTap::Drain(std::vector<Event>* events, absl::Time until) {
  phases_->End();
  KeepPace(until);
  const size_t before = events->size();
  const absl::Duration patience =
      LookAtFile(events) ? -absl::InfiniteDuration() : until - clock_->Now();
  // The world waits by the wall clock; the loop's clock may have parted from it.
  const bool open = world_->Drain(events, absl::Now() + patience);
  for (size_t i = before; i < events->size(); ++i) {
    const Event& event = (*events)[i];
    if (std::holds_alternative<BindAccepted>(event)) {
      metrics_->BindEnded(BindOutcome::kAccepted);
    } else if (std::holds_alternative<BindRefused>(event)) {
      metrics_->BindEnded(BindOutcome::kRefused);
    } else if (const auto* refused = std::get_if<EvictionRefused>(&event)) {
      if (refused->code != 0) metrics_->EvictionRefused();
    } else if (std::holds_alternative<QueuesSeen>(event)) {
      metrics_->ConfigAccepted();
      log_->Info("queue config in force");
    }
  }
  if (events->size() > before) heard_ = clock_->Now();
  phases_->Begin(Phase::kApply);
  return open;
}

}  // namespace muster::daemon
