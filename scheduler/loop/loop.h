// SPDX-License-Identifier: Apache-2.0
// When: drain, apply, decide, assume, act. One thread owns the state and the loop; worlds only push
// into the feed. The loop knows no world: the daemon, the simulator, the benchmarks and the tests
// hand it different ones.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policies/profile.h"
#include "scheduler/loop/announcer.h"
#include "scheduler/loop/ports.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/state.h"

namespace muster::loop {

// The decision: muster::Cycle, or for comparison the simulator's plain pod-at-a-time scheduler.
using Decide = std::function<Plan(State& state, const Profile& profile, absl::Time now)>;

struct Ports {
  Feed* feed;
  Actuator* actuator;
  Clock* clock;
};

// Called on the loop's thread; renders, never decides.
class Observer {
 public:
  virtual ~Observer() = default;
  // A loop begins; its state, still empty, is the one that all that follows happens to.
  virtual void OnStart(const State&) {}
  // Each event, before it is applied.
  virtual void OnEvent(const Event&, absl::Time) {}
  // The state with the plan assumed; the loop keeps the plan until the next one (last_plan).
  // Before the state lets run out what has run out by then.
  virtual void OnExpire(absl::Time) {}
  // The state with the plan assumed.
  virtual void OnCycle(const State& state, const Plan& plan, absl::Time now) = 0;
  // The end of a step, from when decisions may begin: the state stays as it is until the next step,
  // whatever its `now` will be.
  virtual void OnStepEnd(const State&, absl::Time) {}
};

class Loop {
 public:
  Loop(Ports ports, std::string scheduler_name, Decide decide, Observer* observer = nullptr);

  // One round; waits for events at most until `until` or the next timer, whichever is first.
  // Returns false when the feed is closed. Nothing is decided before Synced.
  bool Step(absl::Time until);

  // When something happens without an event (a hold or a back-off runs out, a reason is to be
  // told); InfiniteFuture if never.
  absl::Time NextTimer() const;

  const State& state() const { return state_; }
  // For questions between two steps: tried on a Draft of it, and undone.
  State& scratch() { return state_; }
  const Profile& profile() const { return profile_; }
  // What was decided last: its verdicts stand until the next decision.
  const Plan& last_plan() const { return last_plan_; }
  int64_t cycles() const { return cycles_; }

 private:
  void Hear(Event&& event, absl::Time now);
  void AskForForecasts();
  void DecideAndAct(absl::Time now);
  void Act(const Plan& plan, absl::Time now);
  void ActOn(const muster::Step& step, absl::Time now);
  void Evict(const Claim& claim);
  void ResumeEvictions();
  void OrderEviction(std::string message, const std::vector<Victim>& victims);
  void TellRefusal(const EvictionRefused& refused);
  void Remember(absl::Time now);

  Ports ports_;
  Decide decide_;
  Observer* observer_;
  State state_;
  Profile profile_;
  Announcer announcer_;
  Plan last_plan_;
  std::vector<Event> events_;
  bool synced_ = false;
  bool recalled_ = false;  // what an earlier daemon promised is rebuilt: decisions may begin
  absl::Time remembered_at_ = absl::InfinitePast();
  // Deciding takes a small part of the time at most: after a long decision the next one waits.
  absl::Time decide_after_ = absl::InfinitePast();
  int64_t cycles_ = 0;
};

}  // namespace muster::loop
