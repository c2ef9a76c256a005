// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/overrun.h"

namespace muster {

GangId OverrunHead(const State& state, const Gang& gang, absl::Time now) {
  const bool runs = gang.state == GangState::kStarting || gang.state == GangState::kStarted;
  if (!runs || gang.passed.empty() || now < gang.ends + kEstimateGrace) return GangId{};
  const PodId opener = state.FindPod(gang.passed);
  if (!opener.valid()) return GangId{};
  const Gang& head = state.gang(state.pod(opener).footing.gang);
  return head.state == GangState::kWaiting ? head.id : GangId{};
}

}  // namespace muster
