// SPDX-License-Identifier: Apache-2.0
// Whether a shape fits now, and if not, why: shortage and fragmentation told apart by an exact
// bound, and what even the empty cluster could not hold.
#pragma once

#include <vector>

#include "policies/place.h"
#include "scheduler/cycle/shape.h"

namespace muster {

struct Fit {
  Reason reason;  // kNone: it fits, and the draft has taken the room
  // By part of the shape.
  std::vector<std::vector<HoldSlot>> slots;
};

// Whether each part would find room if the others took none. Where not PlaceShape looks for none.
bool MayFit(Draft& draft, const Profile& profile, const Shape& shape);

// Room for all parts, taken in the draft, or nothing; quota is not asked. `slots` by part, for
// members that exist first. Of roles that compete some placement may exist that it does not find,
// but not where nodes are like slots (slot_flow.h), nor where few nodes and roles are to be
// searched.
bool PlaceShape(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                std::vector<std::vector<HoldSlot>>* slots);

// Quota first, then room, all parts or none. Existing members are charged as used, forecast ones as
// held.
Fit TryFit(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape);

// What a gang asks its queue for: to begin, or more of what it may have as one that has begun.
enum class Asks { kStart, kMore };

// The limits of the gang's queue and its ancestors: max and running gangs, for all, for the gang's
// user and for the user's groups. kNone where they allow the amounts; NeverFits where the amounts
// alone exceed one.
Reason CheckQuota(const State& state, const Gang& gang, const Amounts& amounts, Asks asks);

// Whether usage does not matter: no node admits a role, or the empty cluster would be too small.
// kNone: it could fit.
Reason ExplainImpossible(Draft& draft, const Profile& profile, const Gang& gang,
                         const Shape& shape);

// Whether nodes are bought for gangs of its leaf, so that what the cluster is now ends nothing.
bool NodesMayCome(const State& state, const Gang& gang);

// The same, of what stays so: where nodes may come, only what a field of the pod refuses.
Reason ExplainHopeless(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape);

// Whether the empty cluster could hold what the gang needs to start: whether it is not
// impossible, remembered.
bool CouldStart(Draft& draft, const Profile& profile, const Gang& gang);

// Why a shape that found no room does not fit.
Reason ExplainShortage(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape);

// What is said of a gang that has begun and lacks members: `have` of `need` have room, these do
// not.
Reason ExplainRepair(Draft& draft, const Profile& profile, const Gang& gang, const Shape& lacking,
                     int64_t have, int64_t need);

}  // namespace muster
