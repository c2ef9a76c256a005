// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/cost_to_others.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/victims.h"
#include "scheduler/daemon/view/sight.h"

namespace muster::daemon {
namespace {

void AddVictim(const State& state, const muster::Gang& gang, int32_t pods, bool whole,
               const Sight& sight, v1::Explanation* out) {
  v1::Cost* cost = out->add_would_evict();
  cost->set_gang(Veiled(FullName(gang), sight));
  if (gang.queue.valid() && sight.Sees(gang.ns)) {
    cost->set_queue(state.tree().at(gang.queue).path);
  }
  cost->set_pods(pods);
  cost->set_whole(whole);
}

// Those that are on their way out for it already.
void AddLeaving(const State& state, const muster::Gang& claimant, const Sight& sight,
                v1::Explanation* out) {
  std::map<GangId, int32_t> pods;
  for (PodId id : claimant.victims) {
    const PodSlot& slot = state.pod(id);
    if (slot.in_use && slot.footing.gang.valid() && slot.evicted_for == claimant.id) {
      ++pods[slot.footing.gang];
    }
  }
  for (const auto& [id, count] : pods) {
    AddVictim(state, state.gang(id), count, state.gang(id).evicted, sight, out);
  }
  out->set_cost_message(pods.empty() ? "those who make room for it are gone"
                                     : "these are being evicted for it");
}

// Why no search is made; empty: one is.
std::string Exempt(const Scene& scene, const muster::Gang& gang) {
  const Reason judged = Judge(scene.state, gang, scene.now);
  if (judged.code != ReasonCode::kNone) {
    return absl::StrCat("it is not in line: ", Name(judged.code));
  }
  if (!gang.preempts) return "its preemptionPolicy is Never";
  return "";
}

// Of a gang that cannot start now, whoever is ahead of it; empty: it lacks room or quota of an
// amount.
std::string NotCured(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kNone: return "there is room for it: it waits for its turn";
    case ReasonCode::kCapacityShort:
    case ReasonCode::kFragmented: return "";
    case ReasonCode::kQueueQuota:
    case ReasonCode::kUserLimit:
      return reason.resource.empty() ? "nobody is evicted for a number of running gangs" : "";
    default: break;
  }
  return absl::StrCat("no eviction would help it: ", Name(reason.code));
}

}  // namespace

void AddCost(const Scene& scene, const muster::Gang& gang, const Shape& shape, const Sight& sight,
             v1::Explanation* out) {
  const State& state = scene.state;
  if (gang.state != GangState::kWaiting) return;
  if (!gang.claim.empty()) return AddLeaving(state, gang, sight, out);
  std::string why = Exempt(scene, gang);
  if (!why.empty()) return out->set_cost_message(why);
  Draft draft(scene.state);
  {
    Attempt attempt(draft);
    why = NotCured(TryFit(draft, scene.profile, gang, shape).reason);
  }
  if (!why.empty()) return out->set_cost_message(why);
  Plan plan;
  Round round(draft, scene.profile, scene.now, &plan);
  Rights rights(round);
  const Claim claim = FindVictims(round, rights, Condemned(), gang, shape);
  for (const Victim& victim : claim.victims) {
    AddVictim(state, state.gang(victim.gang), static_cast<int32_t>(victim.pods.size()),
              victim.whole, sight, out);
  }
  if (!claim.victims.empty()) return;
  if (!claim.room.empty()) {
    return out->set_cost_message("it would take over the room that is being freed for others");
  }
  const absl::string_view queue = state.tree().at(gang.queue).path;
  const bool entitled = rights.Reach(gang.queue, Sum(state, shape)) != gang.queue;
  out->set_cost_message(
      entitled ? absl::StrCat("no choice of those who may be evicted for queue ", queue,
                              " would make room for all of it")
               : absl::StrCat("queue ", queue,
                              " would have more than it is entitled to, and no choice of its own "
                              "less important gangs would make room for all of it"));
}

}  // namespace muster::daemon
