// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/phase_timer.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "test/kube/hand_clock.h"

namespace muster::daemon {
namespace {

TEST_CASE("a turn is divided into its phases, each observed once with the sum") {
  kube::HandClock clock;
  Metrics metrics(absl::UnixEpoch());
  PhaseTimer phases(clock, &metrics);
  phases.End();  // before the first turn
  const std::pair<Phase, int> turn[] = {{Phase::kApply, 1},
                                        {Phase::kDecide, 2},
                                        {Phase::kAct, 4},
                                        {Phase::kDecide, 8},
                                        {Phase::kAct, 16}};
  for (const auto& [phase, seconds] : turn) {
    phases.Begin(phase);
    clock.Advance(absl::Seconds(seconds));
  }
  phases.End();
  clock.Advance(absl::Seconds(100));  // waiting is no phase
  phases.Begin(Phase::kApply);
  clock.Advance(absl::Seconds(1));
  phases.End();
  const std::string text = metrics.Render(absl::UnixEpoch());
  CHECK(absl::StrContains(text, "muster_cycle_seconds_sum{phase=\"apply\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_count{phase=\"apply\"} 2\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_sum{phase=\"decide\"} 10\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_count{phase=\"decide\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_sum{phase=\"act\"} 20\n"));
  CHECK(absl::StrContains(text, "muster_cycle_seconds_count{phase=\"render\"} 0\n"));
}

}  // namespace
}  // namespace muster::daemon
