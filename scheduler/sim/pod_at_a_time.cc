// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/pod_at_a_time.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"
#include "policies/place.h"
#include "policies/profile.h"
#include "scheduler/state/draft.h"

namespace muster::sim {
namespace {

std::vector<PodId> PendingPods(const State& state) {
  std::vector<PodId> pods;
  for (GangId id : state.attention()) {
    for (PodId pod : state.gang(id).waiting) {
      if (state.gang(id).queue.valid()) pods.push_back(pod);
    }
  }
  std::sort(pods.begin(), pods.end(), [&state](PodId a, PodId b) {
    const Pod& x = state.pod(a).pod;
    const Pod& y = state.pod(b).pod;
    return std::tie(y.priority, x.created, x.uid) < std::tie(x.priority, y.created, y.uid);
  });
  return pods;
}

Plan DecideAlone(State& state, const Profile& spread) {
  Plan plan;
  Draft draft(state);
  absl::btree_set<GangId> begun;
  // A shape that found no room once finds none for the rest of the cycle.
  absl::btree_set<RoleId> full;
  for (PodId id : PendingPods(state)) {
    const Footing& footing = state.pod(id).footing;
    const Gang& gang = state.gang(footing.gang);
    if (full.contains(footing.role)) continue;
    const std::vector<HoldSlot> slots =
        Place(draft, spread, gang, footing.role, 1, Tree::Use::kUsed);
    if (slots.empty()) {
      full.insert(footing.role);
      continue;
    }
    const bool first = begun.insert(gang.id).second && gang.state == GangState::kWaiting;
    muster::Step& step = plan.steps.emplace_back();
    step.kind = first ? StepKind::kStart : StepKind::kGrow;
    step.gang = gang.id;
    step.placements.push_back({id, slots.front().node, /*from_hold=*/false});
  }
  return plan;
}

}  // namespace

loop::Decide PodAtATime() {
  auto spread = std::make_shared<const Profile>(MakeProfile("spread"));
  return [spread](State& state, const Profile&, absl::Time) { return DecideAlone(state, *spread); };
}

}  // namespace muster::sim
