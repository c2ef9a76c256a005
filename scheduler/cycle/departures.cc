// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/departures.h"

#include <algorithm>

namespace muster {

absl::Time EstimatedEnd(const Gang& gang, absl::Time now) {
  const bool over = gang.state == GangState::kEnded || gang.bound == 0;
  if (over && !gang.evicted) return absl::InfinitePast();
  return now < gang.ends + kEstimateGrace ? gang.ends : absl::InfiniteFuture();
}

namespace {

bool HasRoom(const State& state, const Gang& gang) {
  return gang.bound > 0 || !gang.holds.empty() || !gang.repairs.empty() ||
         std::any_of(gang.members.begin(), gang.members.end(),
                     [&state](PodId id) { return OnNode(state.pod(id).footing.standing); });
}

}  // namespace

Departures::Departures(const State& state, const Plan& plan, absl::Time now)
    : state_(state), plan_(plan), now_(now) {}

bool Departures::Before(const Departure& a, const Departure& b) const {
  if (a.at != b.at) return a.at < b.at;
  return ArrivedBefore(state_.gang(a.gang), state_.gang(b.gang));
}

void Departures::Follow() {
  for (; followed_ < plan_.steps.size(); ++followed_) {
    const Step& step = plan_.steps[followed_];
    steps_of_[step.gang].push_back(followed_);
    if (step.kind != StepKind::kStart) continue;
    const Departure departure{now_ + state_.Estimate(state_.gang(step.gang)), step.gang};
    if (departure.at == absl::InfiniteFuture()) continue;
    const auto before = [this](const Departure& a, const Departure& b) { return Before(a, b); };
    all_.insert(std::upper_bound(all_.begin(), all_.end(), departure, before), departure);
  }
}

const std::vector<Departure>& Departures::all() {
  if (!gathered_) {
    gathered_ = true;
    for (const Gang& gang : state_.gangs()) {
      if (!gang.id.valid() || gang.state == GangState::kWaiting) continue;
      const absl::Time at = EstimatedEnd(gang, now_);
      if (at != absl::InfiniteFuture() && HasRoom(state_, gang)) all_.push_back({at, gang.id});
    }
    std::sort(all_.begin(), all_.end(),
              [this](const Departure& a, const Departure& b) { return Before(a, b); });
  }
  Follow();
  return all_;
}

void Departures::Release(Draft& draft, GangId id, What what) {
  const Gang& gang = state_.gang(id);
  const auto give_back = [&](RoleId role, NodeId node, int32_t count, Tree::Use use) {
    if (what == What::kAll) {
      draft.Take(gang, role, node, -count, use);
    } else {
      draft.Withhold(node, state_.roles().at(role).each, -count);
    }
  };
  const auto give_holds = [&](const std::vector<HoldSlot>& holds) {
    for (const HoldSlot& slot : holds) {
      give_back(gang.executor, slot.node, slot.count, Tree::Use::kHeld);
    }
  };
  for (PodId pod : gang.members) {
    const Footing& footing = state_.pod(pod).footing;
    if (OnNode(footing.standing)) give_back(footing.role, footing.node, 1, Tree::Use::kUsed);
  }
  give_holds(gang.holds);
  for (const RepairHold& repair : gang.repairs) {
    give_back(repair.role, repair.node, 1, Tree::Use::kHeld);
  }
  const auto steps = steps_of_.find(id);
  for (size_t index : steps == steps_of_.end() ? std::vector<size_t>() : steps->second) {
    for (const Placement& placement : plan_.steps[index].placements) {
      if (placement.from_hold) continue;
      const RoleId role = state_.pod(placement.pod).footing.role;
      give_back(role, placement.node, 1, Tree::Use::kUsed);
    }
    give_holds(plan_.steps[index].holds);
  }
  if (what == What::kAll) draft.Finish(gang);
}

}  // namespace muster
