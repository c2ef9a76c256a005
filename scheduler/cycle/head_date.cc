// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/head_date.h"

#include <algorithm>

#include "absl/container/btree_map.h"
#include "scheduler/cycle/fit.h"

namespace muster {

namespace {

using Slots = std::vector<std::vector<HoldSlot>>;

// As if no eviction had been decided (departures.h).
void LookThroughClaims(Round& round) {
  const State& state = round.state();
  for (GangId id : state.claimed()) {
    const Gang& gang = state.gang(id);
    if (!state.attention().contains(id)) continue;
    const bool started = std::any_of(round.plan->steps.begin(), round.plan->steps.end(),
                                     [id](const Step& step) { return step.gang == id; });
    if (!started) ReleaseClaim(round.draft, gang);
  }
}

// Takes the room where it fits.
bool Fits(Round& round, const Gang& head, const Shape& shape, Slots* slots) {
  const Reason quota = CheckQuota(round.state(), head, Sum(round.state(), shape), Asks::kStart);
  return quota.code == ReasonCode::kNone &&
         PlaceShape(round.draft, round.profile, head, shape, slots);
}

// On each planned node: what is left there at the date beside the plan.
struct Planned {
  Amounts taken;
  Amounts left;
};
using Plans = absl::btree_map<NodeId, Planned>;

Plans PlansOf(const State& state, const Shape& shape, const Slots& slots) {
  Plans plans;
  for (size_t i = 0; i < shape.size(); ++i) {
    for (const HoldSlot& slot : slots[i]) {
      AddScaled(&plans[slot.node].taken, state.roles().at(shape[i].role).each, slot.count);
    }
  }
  for (auto& [node, plan] : plans) {
    for (size_t column = 0; column < plan.taken.size(); ++column) {
      const auto free = state.nodes().free(column);
      plan.left.push_back(free.empty() ? 0 : free[node.value]);
    }
  }
  return plans;
}

// Whoever stays beyond the date may use what is left beside the plan, and no more of what is free
// now than that.
std::vector<KeptRoom> Keep(const State& state, const Plans& plans) {
  std::vector<KeptRoom> kept;
  for (const auto& [node, plan] : plans) {
    KeptRoom room{node, Amounts(plan.taken.size(), 0)};
    bool any = false;
    for (size_t column = 0; column < plan.taken.size(); ++column) {
      const auto free = state.nodes().free(column);
      if (plan.taken[column] == 0 || free.empty()) continue;
      room.amounts[column] =
          std::max<int64_t>(0, free[node.value] - std::max<int64_t>(0, plan.left[column]));
      any = any || room.amounts[column] > 0;
    }
    if (any) kept.push_back(std::move(room));
  }
  return kept;
}

// Charges matter only where something on the head's path is limited.
Departures::What WhatMatters(const State& state, const Gang& head) {
  for (QueueId id = head.queue; id.valid(); id = state.tree().at(id).parent) {
    const Queue& queue = state.tree().at(id);
    const bool limited = std::any_of(queue.limit.begin(), queue.limit.end(),
                                     [](int64_t limit) { return limit != kUnlimited; });
    if (limited || queue.limits_users || queue.max_running.has_value()) {
      return Departures::What::kAll;
    }
  }
  return Departures::What::kRoom;
}

// Whether the room that the head's plan needs is still there. Others than passers may have taken it
// since: leaves that the head does not bind.
bool PlanStands(const State& state, const BlockedPool& hold) {
  for (const KeptRoom& kept : hold.kept) {
    for (size_t column = 0; column < kept.amounts.size(); ++column) {
      const int64_t amount = kept.amounts[column];
      if (amount > 0 && state.nodes().free(column)[kept.node.value] < amount) return false;
    }
  }
  return true;
}

}  // namespace

HeadDate DateOf(Round& round, const Gang& head, const Shape& shape) {
  HeadDate date;
  const std::vector<Departure>& departures = round.departures.all();
  const Departures::What what = WhatMatters(round.state(), head);
  Plans plans;
  {
    Attempt attempt(round.draft);
    LookThroughClaims(round);
    Slots slots;
    bool fits = Fits(round, head, shape, &slots);
    if (fits) date.at = round.now;
    for (size_t i = 0; i < departures.size() && !fits; ++i) {
      round.departures.Release(round.draft, departures[i].gang, what);
      // Those that end at the same time are gone together.
      if (i + 1 < departures.size() && departures[i + 1].at == departures[i].at) continue;
      fits = Fits(round, head, shape, &slots);
      if (fits) date = HeadDate{departures[i].at, departures[i].gang, {}};
    }
    if (!fits) return date;
    plans = PlansOf(round.state(), shape, slots);
  }
  date.kept = Keep(round.state(), plans);
  return date;
}

bool KeepTheirDates(Round& round, const std::vector<const BlockedPool*>& heads) {
  for (const BlockedPool* hold : heads) {
    const Gang& head = round.gang(hold->head);
    const Shape& shape = StartShape(round.state(), head);
    const Departures::What what = WhatMatters(round.state(), head);
    const bool only_room = shape.size() == 1 && what == Departures::What::kRoom;
    if (only_room && PlanStands(round.state(), *hold)) continue;
    Attempt attempt(round.draft);
    LookThroughClaims(round);
    for (const Departure& departure : round.departures.all()) {
      if (departure.at > hold->date) break;
      round.departures.Release(round.draft, departure.gang, what);
    }
    Slots slots;
    if (!Fits(round, head, shape, &slots)) return false;
  }
  return true;
}

}  // namespace muster
