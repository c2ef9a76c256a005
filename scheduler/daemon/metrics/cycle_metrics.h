// SPDX-License-Identifier: Apache-2.0
// The rendering of each decision into metrics. A cycle costs one pass over the plan; the copy that
// scrapes read is made at most four times a second, and Flush makes the one that was left out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "scheduler/daemon/metrics/gang_runs.h"
#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class CycleMetrics : public loop::Observer {
 public:
  explicit CycleMetrics(Metrics* metrics) : metrics_(metrics), runs_(metrics) {}

  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  void OnStepEnd(const State& state, absl::Time now) override { runs_.Follow(state, now); }
  // To be called now and then by the loop's thread.
  void Flush(const State& state, absl::Time now);

 private:
  static constexpr absl::Duration kBetweenCopies = absl::Milliseconds(250);

  struct Line {
    std::array<int64_t, kReasonCodes> waiting = {};
    absl::Time oldest = absl::InfiniteFuture();
  };
  // What is counted of a gang, by which a backlog costs no look at each of its gangs.
  struct Seen {
    QueueId queue;
    GangState state = GangState::kEnded;
    absl::Time created;
  };
  Line& LineOf(const State& state, QueueId queue);
  void Overtake(const State& state);
  void Count(const State& state, const Plan& plan);
  void CountDecisions(const Plan& plan);
  void Copy(const State& state);

  Metrics* const metrics_;
  GangRuns runs_;
  std::vector<Seen> seen_;  // by gang
  ChangeReader changes_;
  std::vector<Line> lines_;         // by queue; may lag behind a tree that has grown
  Line nobodys_;                    // of gangs without a queue
  std::vector<std::string> paths_;  // of the last copy
  bool copied_ = true;
  absl::Time copied_at_ = absl::InfinitePast();
};

}  // namespace muster::daemon
