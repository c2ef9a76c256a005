// SPDX-License-Identifier: Apache-2.0
// A cluster and its pods as events, the way a world tells them: nodes of 16 cpu, 64Gi and 110 pods;
// pods of 1 cpu and 1Gi with names and UIDs as long as Kubernetes makes them.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "policies/profile.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/model/event.h"
#include "scheduler/state/state.h"

namespace muster::bench {

inline constexpr int64_t kNodeCpu = 16'000;
inline constexpr int64_t kNodeMemory = int64_t{64} << 30;
inline constexpr int64_t kNodePods = 110;
inline constexpr int64_t kPodCpu = 1'000;
inline constexpr int64_t kPodMemory = int64_t{1} << 30;

struct World {
  explicit World(int nodes);

  // Tells of a declared gang of `members`, in an order unlike that of their names.
  void AddGang(int members, int64_t cpu = kPodCpu, int minimum = 0, const std::string& queue = "");
  // Tells of a pod on its own, with this queue label.
  void AddPod(const std::string& queue);
  // A pod on each node that leaves `cpu_left` milli-CPU.
  void FillNodes(int64_t cpu_left);
  // Decides and assumes, as the loop does. Returns the members placed.
  int64_t Decide();
  // The API server's word on every placement of the last Decide.
  void Confirm();

  State state;
  Profile profile;
  absl::Time now;
  Plan plan;

 private:
  Pod NewPod(int64_t cpu);
  int nodes_;
  int64_t next_ = 0;
  int64_t gangs_ = 0;
};

}  // namespace muster::bench
