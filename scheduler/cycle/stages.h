// SPDX-License-Identifier: Apache-2.0
// The stages of a cycle, in the order in which they have a right to room, and what they share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "policies/place.h"
#include "policies/profile.h"
#include "queues/entitlement.h"
#include "scheduler/cycle/departures.h"
#include "scheduler/cycle/shape.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/draft.h"

namespace muster {

// A gang that has begun: its waiting members in arrival order, consumed by the stages.
struct Begun {
  GangId gang;
  std::vector<PodId> waiting;
  int32_t deficit = 0;  // promised members without room
  // The gang's, less what its waiting members took.
  std::vector<HoldSlot> holds;
  std::vector<RepairHold> repairs;
};

struct KeptRoom {
  NodeId node;
  Amounts amounts;
};

// A head that lacks room: nobody who is bound by it starts on the nodes that admit it, but for
// those who by estimate do not delay it (head_hold.h).
struct BlockedPool {
  GangId head;
  bool everywhere = false;  // short of quota, not of nodes
  bool dated = false;       // has a date, or may have one when more is known
  std::vector<bool> nodes;  // by slot
  // By estimate it starts then, when this gang has ended; infinite: there is no date.
  absl::Time date = absl::InfiniteFuture();
  GangId last;
  std::string told;            // the date, for people
  SharedReason behind;         // of those who wait behind it; where it has no date they have one
  std::vector<KeptRoom> kept;  // what must stay free now of the room that is planned for it
  size_t steps = 0;            // of the plan when it was dated
};

// A gang behind heads whose dates what starts may move.
struct HeldBack {
  GangId gang;
  bool may_lead = false;  // what starts may move the heads out of its way
};

// A gang that found no room, or no quota.
struct LackingGang {
  GangId gang;
  bool quota = false;
};

struct Round {
  Round(Draft& draft, const Profile& profile, absl::Time now, Plan* plan);

  const State& state() const { return draft.state(); }
  const Gang& gang(GangId id) const { return draft.state().gang(id); }
  // In which the gangs of the leaf go.
  const GangOrder& order(QueueId leaf) const {
    return profile.order(draft.state().tree().at(leaf).order);
  }
  // The first that is said of a gang stands.
  void Say(GangId gang, SharedReason reason) {
    if (told.insert(gang).second) SayInLine(gang, this->gang(gang).arrival, std::move(reason), 0);
  }
  // Of one in line, which has one turn in a cycle.
  void SayInLine(GangId gang, uint64_t arrival, SharedReason reason, int32_t position) {
    plan->verdicts.push_back(Verdict{gang, std::move(reason), position});
    ranks.push_back(arrival);
  }

  Draft& draft;
  const Profile& profile;
  absl::Time now;
  Plan* plan;
  absl::btree_set<GangId> told;                         // not in line
  std::vector<uint64_t> ranks;                          // of the plan's verdicts: arrival
  std::vector<Begun> begun;                             // oldest first
  std::map<QueueId, std::vector<BlockedPool>> blocked;  // by leaf
  std::vector<BlockedPool> starving;                    // of heads that bind all leaves
  std::map<QueueId, std::vector<LackingGang>> lacking;  // by leaf, in order
  std::vector<HeldBack> held_back;
  std::map<QueueId, int32_t> unbacked;  // gangs, by leaf (unbacked.h)
  Departures departures;
  // Gangs that are just starting, by leaf, which no search for victims has passed by yet
  // (candidates.cc).
  std::optional<std::map<QueueId, std::vector<GangId>>> starting;
  // What queues were entitled to after so many steps and no claims, where it was asked (rights.h).
  std::shared_ptr<const Entitlements> entitled;
  size_t entitled_after = 0;
};

void SettleHeld(Round& round);
void CompleteHalfBound(Round& round);
void RepairDegraded(Round& round);
void StartGangs(Round& round);
void Grow(Round& round);
// Evictions for gangs that found no room and are owed some.
void ReclaimRoom(Round& round);

// Why the waiting members of a gang that is being evicted whole stay where they are.
void SayEvicted(Round& round, const Gang& gang, GangId claimant);

// Gives up in the draft what the gang's claim keeps.
void ReleaseClaim(Draft& draft, const Gang& gang);

// Hands the pods out to the slots in order, as placements.
void Assign(absl::Span<const PodId> pods, const std::vector<HoldSlot>& slots, Step* step);

// The gang starts on these slots, by part of the shape: what its pods do not take is held.
Step StartStep(const Gang& gang, const Shape& shape,
               const std::vector<std::vector<HoldSlot>>& slots);

}  // namespace muster
