// SPDX-License-Identifier: Apache-2.0
// All that is made of the loop's events and plans, besides acting on them: metrics, the log, the
// recent past, cost, the look for drift, and a trace where one is recorded. The loop's thread.
#pragma once

#include "scheduler/daemon/cost/meter.h"
#include "scheduler/daemon/decision_log.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/metrics/cycle_metrics.h"
#include "scheduler/daemon/metrics/drift.h"
#include "scheduler/daemon/metrics/phase_timer.h"
#include "scheduler/daemon/view/chronicle.h"
#include "scheduler/daemon/view/decision_ring.h"
#include "scheduler/kube/boot_clock.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class Renderings : public loop::Observer {
 public:
  // Whoever is pointed to outlives this. `recorder` may be null.
  Renderings(const kube::BootClock& clock, Metrics* metrics, PhaseTimer* phases, Log* log,
             DecisionRing* ring, loop::Observer* recorder)
      : recorder_(recorder),
        phases_(phases),
        shown_(metrics),
        metrics_(metrics),
        drift_(clock, metrics, log),
        chronicle_(ring, [log](const Decided& decided) { LogDecision(decided, log); }) {}

  void OnStart(const State& state) override;
  void OnEvent(const Event& event, absl::Time now) override;
  void OnExpire(absl::Time now) override;
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  void OnStepEnd(const State& state, absl::Time now) override;
  // What waits to be told, whether or not anything has happened.
  void Flush(const loop::Loop& loop, absl::Time now);

  const Chronicle& chronicle() const { return chronicle_; }
  Ledger& ledger() { return costs_.ledger(); }

 private:
  loop::Observer* const recorder_;
  PhaseTimer* const phases_;
  Metrics* const shown_;
  CycleMetrics metrics_;
  CostMeter costs_;
  Drift drift_;
  Chronicle chronicle_;
};

}  // namespace muster::daemon
