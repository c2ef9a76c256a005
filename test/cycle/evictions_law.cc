// SPDX-License-Identifier: Apache-2.0
// The laws of evictions, judged from the state and the plan alone.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "queues/entitlement.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/shape.h"
#include "test/cycle/laws.h"

namespace muster::test {

namespace {

const Amounts& EachOf(const State& state, RoleId role) { return state.roles().at(role).each; }

// What the leaves want: what they use and hold, and what waits and could start.
std::vector<Amounts> Demand(const State& state, const Plan& plan) {
  std::vector<Amounts> demand(state.tree().size());
  for (const Queue& queue : state.tree().queues()) {
    if (!queue.leaf()) continue;
    demand[queue.id.value] = queue.used;
    AddScaled(&demand[queue.id.value], queue.held, 1);
  }
  for (const Step& step : plan.steps) {  // of those that have begun: what they grow by
    const Gang& gang = state.gang(step.gang);
    if (gang.state == GangState::kWaiting || !gang.queue.valid()) continue;
    for (const Placement& placement : step.placements) {
      if (placement.from_hold) continue;
      AddScaled(&demand[gang.queue.value], EachOf(state, state.pod(placement.pod).footing.role), 1);
    }
    for (const HoldSlot& slot : step.holds) {
      AddScaled(&demand[gang.queue.value], EachOf(state, gang.executor), slot.count);
    }
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid() || gang.state != GangState::kWaiting || gang.waiting.empty()) continue;
    if (!gang.queue.valid() || !gang.claim.empty()) continue;
    if (state.attention().count(gang.id) == 0) continue;
    if (Judge(state, gang, absl::InfiniteFuture()).code != ReasonCode::kNone) continue;
    const Amounts need = Sum(state, StartShape(state, gang));
    if (state.tree().ExceedsEmpty(gang.queue, need).queue.valid()) continue;
    if (CouldStartEmptied(state, gang)) AddScaled(&demand[gang.queue.value], need, 1);
  }
  return demand;
}

}  // namespace

Breaches EvictionsAreWhole(const State& before, const Plan& plan) {
  Breaches breaches;
  std::set<PodId> evicted;
  std::map<GangId, int32_t> surplus;
  for (const Claim& claim : plan.claims) {
    for (const Victim& victim : claim.victims) {
      const Gang& gang = before.gang(victim.gang);
      for (PodId pod : victim.pods) {
        if (!evicted.insert(pod).second) breaches.push_back("evicted twice");
        if (before.pod(pod).footing.standing != Standing::kBound) {
          breaches.push_back(absl::StrCat("not bound: ", before.pod(pod).pod.name));
        }
      }
      const auto count = static_cast<int32_t>(victim.pods.size());
      if (victim.whole) {
        if (count + surplus[victim.gang] != gang.bound)
          breaches.push_back(absl::StrCat("a part of ", FullName(gang)));
        const bool driver_first = !gang.driver.valid() || victim.pods.front() == gang.driver;
        if (!driver_first)
          breaches.push_back(absl::StrCat("not the driver first: ", FullName(gang)));
      } else {
        surplus[victim.gang] += count;
        if (std::count(victim.pods.begin(), victim.pods.end(), gang.driver) > 0) {
          breaches.push_back(absl::StrCat("a driver alone: ", FullName(gang)));
        }
      }
    }
  }
  const auto plan_evicts_whole = [&plan](GangId id) {
    return std::any_of(plan.claims.begin(), plan.claims.end(), [id](const Claim& claim) {
      return std::any_of(claim.victims.begin(), claim.victims.end(),
                         [id](const Victim& victim) { return victim.whole && victim.gang == id; });
    });
  };
  for (const auto& [id, count] : surplus) {
    const Gang& gang = before.gang(id);
    if (gang.bound - count >= gang.promised || plan_evicts_whole(id)) continue;
    breaches.push_back(
        absl::StrCat(FullName(gang), " cut to ", gang.bound - count, " of ", gang.promised));
  }
  return breaches;
}

Breaches EvictionsAreRightful(const State& before, const Plan& plan) {
  Breaches breaches;
  if (plan.claims.empty()) return breaches;
  const Tree& tree = before.tree();
  std::vector<Amounts> without(tree.size());
  bool reclaims = true;
  for (const Queue& queue : tree.queues()) {
    without[queue.id.value] = queue.used;
    AddScaled(&without[queue.id.value], queue.held, 1);
    AddScaled(&without[queue.id.value], queue.leaving, -1);
  }
  for (const Step& step : plan.steps) {
    const Gang& gang = before.gang(step.gang);
    Amounts more;
    for (const Placement& placement : step.placements) {
      if (placement.from_hold) continue;
      AddScaled(&more, EachOf(before, before.pod(placement.pod).footing.role), 1);
    }
    for (const HoldSlot& slot : step.holds)
      AddScaled(&more, EachOf(before, gang.executor), slot.count);
    if (step.kind == StepKind::kStart) {
      for (const ClaimSlot& slot : gang.claim) {
        AddScaled(&more, EachOf(before, slot.role), -slot.count);
      }
    }
    AddScaled(&without[gang.queue.value], more, 1);
  }
  std::vector<Amounts> with = without;
  for (const Claim& claim : plan.claims) {
    const Gang& claimant = before.gang(claim.gang);
    for (const ClaimSlot& slot : claim.room) {
      AddScaled(&with[claimant.queue.value], EachOf(before, slot.role), slot.count);
    }
    reclaims = reclaims && claim.inherited.empty();
    if (!claimant.preempts)
      breaches.push_back(absl::StrCat("never preempts: ", FullName(claimant)));
    for (const Victim& victim : claim.victims) {
      const Gang& gang = before.gang(victim.gang);
      const bool inside = gang.queue == claimant.queue;
      reclaims = reclaims && !inside;
      // One that passed its head by an estimate and overran that is the head's, whatever it is.
      const bool overran =
          victim.cause == EvictionCause::kOverrun && inside && gang.passed == claimant.opener_uid;
      const bool lawful = overran ? true
                          : inside
                              ? gang.priority < claimant.priority && tree.at(gang.queue).preemptible
                              : tree.at(gang.queue).reclaimable;
      if (!lawful) {
        breaches.push_back(absl::StrCat(FullName(claimant), " may not evict ", FullName(gang)));
      }
      for (PodId pod : victim.pods) {
        AddScaled(&with[gang.queue.value], EachOf(before, before.pod(pod).footing.role), -1);
      }
      if (!victim.whole) continue;
      for (const HoldSlot& slot : gang.holds) {
        AddScaled(&with[gang.queue.value], EachOf(before, gang.executor), -slot.count);
      }
      for (const RepairHold& repair : gang.repairs) {
        AddScaled(&with[gang.queue.value], EachOf(before, repair.role), -1);
      }
    }
  }
  if (!reclaims) return breaches;
  const Entitlements entitled(tree, Demand(before, plan));
  Level sum_with = 0, sum_without = 0;
  for (const Queue& queue : tree.queues()) {
    if (!queue.leaf()) continue;
    const Level due = entitled.of(queue.id);
    sum_with += std::min(due, LevelOf(with[queue.id.value], tree.total()));
    sum_without += std::min(due, LevelOf(without[queue.id.value], tree.total()));
  }
  if (sum_with + kLevelTolerance < sum_without) {
    breaches.push_back(absl::StrCat("the potential falls from ", sum_without, " to ", sum_with));
  }
  return breaches;
}

}  // namespace muster::test
