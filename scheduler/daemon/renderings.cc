// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/renderings.h"

namespace muster::daemon {

void Renderings::OnStart(const State& state) {
  if (recorder_ != nullptr) recorder_->OnStart(state);
  chronicle_.OnStart(state);
}

void Renderings::OnEvent(const Event& event, absl::Time now) {
  if (recorder_ != nullptr) recorder_->OnEvent(event, now);
  costs_.OnEvent(event, now);
  chronicle_.OnEvent(event, now);
}

void Renderings::OnExpire(absl::Time now) {
  if (recorder_ != nullptr) recorder_->OnExpire(now);
}

void Renderings::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  phases_->Begin(Phase::kRender);
  if (recorder_ != nullptr) recorder_->OnCycle(state, plan, now);
  metrics_.OnCycle(state, plan, now);
  chronicle_.OnCycle(state, plan, now);
  phases_->Begin(Phase::kAct);
}

void Renderings::OnStepEnd(const State& state, absl::Time now) {
  phases_->Begin(Phase::kRender);
  metrics_.OnStepEnd(state, now);
  chronicle_.OnStepEnd(state, now);
  costs_.OnStepEnd(state, now);
  shown_->costs().Look(state, &costs_.ledger(), now);
  drift_.Look(state);
}

void Renderings::Flush(const loop::Loop& loop, absl::Time now) {
  metrics_.Flush(loop.state(), now);
  chronicle_.Flush(loop.state(), loop.last_plan(), now);
}

}  // namespace muster::daemon
