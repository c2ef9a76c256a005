// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/gang_runs.h"

namespace muster::daemon {

void GangRuns::Follow(const State& state, absl::Time now) {
  const bool whole = changes_.Overtake(state.changes(), [&](const Change& change) {
    if (!change.pod.valid()) Look(state, change.gang, now);
  });
  if (whole) return;
  for (uint32_t i = 0; i < state.gangs().size(); ++i) Look(state, GangId{i}, now);
}

// A slot that another gang has taken since has another beginning.
void GangRuns::Look(const State& state, GangId id, absl::Time now) {
  if (runs_.size() <= id.value) runs_.resize(state.gangs().size());
  Run& run = runs_[id.value];
  const Gang& gang = state.gang(id);
  const bool runs = gang.id.valid() && gang.state == GangState::kStarted && gang.queue.valid();
  const absl::Time began = runs ? gang.began : absl::InfiniteFuture();
  if (run.began != absl::InfiniteFuture() && run.began != began) {
    metrics_->GangRan(run.queue, now - run.began);
  }
  run.began = began;
  if (runs) run.queue = state.tree().at(gang.queue).path;
}

}  // namespace muster::daemon
