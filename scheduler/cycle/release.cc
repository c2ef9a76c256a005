// SPDX-License-Identifier: Apache-2.0
// What the draft has without a candidate.
#include <algorithm>
#include <tuple>

#include "scheduler/cycle/candidates.h"

namespace muster {

namespace {

// So many pods of a gang in one role on one node, which count alike.
struct Alike {
  GangId gang;
  RoleId role;
  NodeId node;
  bool departing = false;
  int32_t count = 0;

  auto what() const { return std::tie(gang, role, node, departing); }
};

std::vector<Alike> CountAlike(const State& state, const std::vector<PodId>& pods) {
  std::vector<Alike> each;
  each.reserve(pods.size());
  for (PodId pod : pods) {
    const Footing& footing = state.pod(pod).footing;
    if (!OnNode(footing.standing)) continue;
    const bool departing = footing.standing == Standing::kDeparting;
    each.push_back({footing.gang, footing.role, footing.node, departing, 1});
  }
  std::sort(each.begin(), each.end(),
            [](const Alike& a, const Alike& b) { return a.what() < b.what(); });
  std::vector<Alike> counted;
  for (const Alike& one : each) {
    const bool more = !counted.empty() && counted.back().what() == one.what();
    if (more) {
      ++counted.back().count;
    } else {
      counted.push_back(one);
    }
  }
  return counted;
}

}  // namespace

void Release(Round& round, const Candidate& candidate) {
  Draft& draft = round.draft;
  const State& state = draft.state();
  const Gang& gang = state.gang(candidate.gang);
  if (candidate.kind == Candidate::Kind::kClaim) ReleaseClaim(draft, gang);
  for (const Alike& pods : CountAlike(state, candidate.pods)) {
    const Gang& of = state.gang(pods.gang);
    draft.Take(of, pods.role, pods.node, -pods.count, Tree::Use::kUsed);
    if (pods.departing) draft.Leave(of, pods.role, -pods.count);
  }
  if (!candidate.whole()) return;
  for (const HoldSlot& slot : HoldsOf(round, gang)) {
    draft.Take(gang, gang.executor, slot.node, -slot.count, Tree::Use::kHeld);
  }
  for (const RepairHold& repair : gang.repairs) {
    draft.Take(gang, repair.role, repair.node, -1, Tree::Use::kHeld);
  }
}

}  // namespace muster
