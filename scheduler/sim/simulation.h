// SPDX-License-Identifier: Apache-2.0
// World 2: a scenario run from its start to its end in virtual time, against the real loop.
// Everything is single-threaded and all chance comes from one seed, so that the same scenario and
// seed give the same report, byte for byte.
#pragma once

#include <memory>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/loop/loop.h"
#include "scheduler/sim/auditor.h"
#include "scheduler/sim/eviction_auditor.h"
#include "scheduler/sim/faults.h"
#include "scheduler/sim/kubelets.h"
#include "scheduler/sim/link.h"
#include "scheduler/sim/recorder.h"
#include "scheduler/sim/report.h"

namespace muster::sim {

struct Options {
  uint64_t seed = 1;
  // The decision, and whether it is one that keeps the promises made to gangs.
  loop::Decide decide;
  bool knows_gangs = true;
  std::string decider = "gang";
  // The state's books are recomputed and every waiting pod's reason is asked for in every n-th
  // cycle.
  int64_t audit_every = 1;
  // Sees what the loop shows its observer, of each life of the scheduler; may be null.
  loop::Observer* observer = nullptr;
};

class Simulation : public loop::Observer {
 public:
  Simulation(const codec::Scenario& scenario, Options options);
  ~Simulation() override;

  Report Run();

  void OnStart(const State& state) override;
  void OnEvent(const Event& event, absl::Time now) override;
  void OnExpire(absl::Time now) override;
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  void OnStepEnd(const State& state, absl::Time now) override;

 private:
  void Schedule();
  void Perform(const codec::Action& action);
  void StartScheduler();
  void KillScheduler(absl::Duration down);
  void StepScheduler();
  absl::Time SchedulerDue() const;
  bool Quiet() const;
  void Expect(const codec::Expectation& expectation);
  void SampleAndGoOn();
  void HeldUp(absl::Duration lasting);
  const State* state() const { return loop_ == nullptr ? nullptr : &loop_->state(); }

  void Act(const codec::AddNodes& action);
  void Act(const codec::RemoveNodes& action);
  void Act(const codec::ChangeNodes& action);
  void Act(const codec::RefuseBinds& action) { faults_.Add(action); }
  void Act(const codec::RefuseEvictions& action) { faults_.Add(action); }
  void Act(const codec::LoseAnswers& action) { faults_.Add(action); }
  void Act(const codec::DelayBinds& action);
  void Act(const codec::DelayWatch& action);
  void Act(const codec::LoseWatch& action);
  void Act(const codec::TouchPods& action);
  void Act(const codec::RaiseMinimum& action);
  void Act(const codec::DeleteJobs& action) { workload_.Cancel(action.jobs); }
  void Act(const codec::KillScheduler& action);
  void Act(const codec::SetQueues& action);

  const codec::Scenario& scenario_;
  const Options options_;
  Random random_;
  Timeline timeline_;
  Faults faults_;
  ApiServer api_;
  Kubelets kubelets_;
  Workload workload_;
  Auditor auditor_;
  EvictionAuditor eviction_auditor_;
  Recorder recorder_;
  QueueConfig queues_;
  absl::Duration kill_down_;
  std::vector<std::unique_ptr<Link>> links_;  // the last is the living one's
  std::unique_ptr<loop::Loop> loop_;
  absl::Time last_step_ = absl::InfinitePast();
  int64_t idle_steps_ = 0;
  bool closed_ = false;
  Report report_;
};

// A decision for Options, by its name: "gang" is the scheduler as it ships.
Options GangOptions(uint64_t seed);
Options PodAtATimeOptions(uint64_t seed);

}  // namespace muster::sim
