// SPDX-License-Identifier: Apache-2.0
// A random but seeded history of a small cluster, decided on by the real cycle: single pods, gangs
// whose lost members are repaired, Spark jobs with holds, reclaim between two queues, pods that end
// in every way, nodes that go, other configs and other prices. Hours pass between two steps.
#pragma once

#include <string>
#include <vector>

#include "policies/profile.h"
#include "scheduler/loop/loop.h"
#include "scheduler/sim/random.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class History {
 public:
  explicit History(uint64_t seed);

  // Lets time pass and something happen, decides, and tells the observer when the step has ended.
  void Step(loop::Observer* observer);

  const State& state() const { return state_; }
  absl::Time now() const { return now_; }
  // As it is while it is there.
  const Node& NodeNamed(const std::string& name) const;

 private:
  void Tell(const Event& event, loop::Observer* observer);
  void AddWork(loop::Observer* observer);
  Pod NewPod();
  void AddSpark(loop::Observer* observer);
  void AddExecutor(loop::Observer* observer, const Pod& driver);
  void TouchPod(loop::Observer* observer);
  void TouchNode(loop::Observer* observer);
  QueueConfig SomeConfig();
  template <typename List>
  const auto& OneOf(const List& list) {
    return list[static_cast<size_t>(random_.Between(0, static_cast<int64_t>(list.size()) - 1))];
  }

  sim::Random random_;
  State state_;
  Profile profile_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  int64_t pods_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::string> gone_;  // nodes
};

}  // namespace muster::daemon
