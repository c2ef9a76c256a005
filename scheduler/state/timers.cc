// SPDX-License-Identifier: Apache-2.0
// What runs out without an event (holds, repairs, back-offs, estimates, the patience of heads), and
// whether that is worth a decision.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

void State::Expire(absl::Time now) {
  if (synced_) tree_.Advance(now);
  while (!evictions_.empty() && evictions_.front().at + kBudgetTime <= now) {
    evictions_.erase(evictions_.begin());
    changed_ = true;
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto [at, id] = *timers_.begin();
    timers_.erase(timers_.begin());
    Gang& gang = gangs_[id.value];
    if (!gang.id.valid()) continue;
    if (Matters(gang, at)) changed_ = true;
    if (gang.claim_until <= now) DropClaim(&gang);
    for (size_t i = gang.repairs.size(); i > 0; --i) {
      if (gang.repairs[i - 1].until <= now) DropRepair(&gang, i - 1);
    }
    if (gang.state == GangState::kStarted && !gang.full && gang.holds_until <= now) {
      // Unused at expiry: freed, and what comes later is growth. What exists and waits is used.
      const auto waiting = static_cast<int32_t>(gang.waiting.size());
      gang.full = true;
      gang.promised = std::min(gang.promised, std::max(gang.bound + waiting, 1));
      changed_ = true;
      TrimHolds(&gang);
    }
    Touch(id);
  }
}

// Most gangs have long gone on when what they were to be reminded of comes: a start that was to be
// given up unless it was whole by then is whole. To decide beside a backlog costs more than to ask.
bool State::Matters(const Gang& gang, absl::Time at) const {
  if (gang.backoff_until == at || gang.spared_until == at) return true;
  switch (gang.state) {
    case GangState::kWaiting:
      return gang.queue.valid() && (gang.created + tree_.at(gang.queue).starve_after == at ||
                                    gang.short_since + tree_.at(gang.queue).scale_after == at);
    case GangState::kStarting: return true;  // half-bound for too long
    case GangState::kStarted: break;
    case GangState::kEnded: return false;
  }
  for (QueueId id = gang.queue; id.valid(); id = tree_.at(id).parent) {
    if (gang.began + tree_.at(id).min_runtime == at) return true;
  }
  return gang.ends + kEstimateGrace == at || !gang.repairs.empty() || Deficit(gang) > 0;
}

void State::RemindOfStarving(const Gang& gang, absl::Time now) {
  if (gang.state != GangState::kWaiting || !gang.queue.valid()) return;
  const absl::Time starves = gang.created + tree_.at(gang.queue).starve_after;
  if (starves > now) Remind(gang.id, starves);
  const absl::Time scales = gang.short_since + tree_.at(gang.queue).scale_after;
  if (scales > now) Remind(gang.id, scales);
}

// From when on it may be evicted.
void State::RemindOfMinRuntime(const Gang& gang) {
  for (QueueId id = gang.queue; id.valid(); id = tree_.at(id).parent) {
    const absl::Duration least = tree_.at(id).min_runtime;
    if (least > absl::ZeroDuration()) Remind(gang.id, gang.began + least);
  }
}

void State::Remind(GangId id, absl::Time at) {
  if (at != absl::InfiniteFuture()) timers_.insert({at, id});
}

absl::Time State::NextTimer() const {
  const absl::Time budget =
      evictions_.empty() ? absl::InfiniteFuture() : evictions_.front().at + kBudgetTime;
  return timers_.empty() ? budget : std::min(budget, timers_.begin()->first);
}

}  // namespace muster
