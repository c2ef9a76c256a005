// SPDX-License-Identifier: Apache-2.0
// When gangs end, as far as it can be known before, and since when one has waited for nodes.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

absl::Duration State::Estimate(const Gang& gang) const {
  if (gang.runtime > absl::ZeroDuration()) return gang.runtime;
  if (gang.app.empty() || !gang.queue.valid()) return absl::InfiniteDuration();
  return past_runs_.Estimate(tree_.at(gang.queue).path, gang.app);
}

// Once, when it begins: what is learned meanwhile is for the next ones.
void State::ExpectEnd(Gang* gang, absl::Time now) {
  if (gang->ends != absl::InfiniteFuture()) return;
  gang->ends = gang->began + Estimate(*gang);
  const absl::Time overdue = gang->ends + kEstimateGrace;
  if (overdue > now) Remind(gang->id, overdue);
}

// Of a gang that has ended, if it did what it was there for.
void State::RecordRun(const Gang& gang, absl::Time now) {
  if (gang.app.empty() || !gang.queue.valid() || gang.began == absl::InfiniteFuture()) return;
  const auto succeeded = [this](PodId id) {
    return pods_.at(id).footing.standing == Standing::kSucceeded;
  };
  const bool all = gang.driver.valid()
                       ? succeeded(gang.driver)
                       : std::all_of(gang.members.begin(), gang.members.end(), succeeded);
  if (!all) return;
  past_runs_.Add(tree_.at(gang.queue).path, gang.app, now - gang.began);
  memory_changed_ = true;
}

// How long each has lacked nodes, where that lets its driver begin (model/queue_spec.h).
void State::NoteShortages(const Plan& plan, absl::Time now) {
  if (!tree_.lets_drivers_begin()) return;
  for (const Verdict& verdict : plan.verdicts) {
    Gang& gang = gangs_[verdict.gang.value];
    if (!gang.queue.valid() || gang.state != GangState::kWaiting) continue;
    const Queue& leaf = tree_.at(gang.queue);
    if (leaf.autoscale != Autoscale::kDriver || !CuredByNodes(verdict.reason)) {
      gang.short_since = absl::InfiniteFuture();
    } else if (gang.short_since == absl::InfiniteFuture()) {
      gang.short_since = now;
      Remind(gang.id, now + leaf.scale_after);
    }
  }
}

}  // namespace muster
