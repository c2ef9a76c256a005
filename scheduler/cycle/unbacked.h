// SPDX-License-Identifier: Apache-2.0
// Unbacked gangs: those that have begun and lack room for members that they were promised, in a
// leaf with `autoscale: driver`. There a driver whose executors do not exist yet is bound after a
// while of shortage on room for itself alone: its executors become real pending pods, which node
// autoscalers see, and are repaired before anything new starts.
//
// Invariant: what is promised without room counts against the limits of queue and user like what
// is held, so that the nodes which are bought for it find it allowed.
#pragma once

#include <string>

#include "scheduler/cycle/stages.h"

namespace muster {

// Members that the gang is promised and has no room for; 0 in leaves for which no nodes are bought.
int32_t UnbackedMembers(const Round& round, const Begun& begun);

// Counts `members` of the gang as promised without room; negative: no more.
void PromiseUnbacked(Round& round, const Gang& gang, int32_t members);

// Whether the gang has lacked nodes for long enough, and its leaf has not too many such gangs.
bool MayStartUnbacked(const Round& round, const Queue& leaf, GangId gang);

// What is said beside a lack of nodes of a gang whose executors no node autoscaler sees, since they
// do not exist yet and its leaf has `autoscale: none`; else empty.
std::string UnseenByAutoscalers(const State& state, const Gang& gang, const Shape& shape);

// Starts the gang with room for the driver and as many executors as fit; `why`: what it was refused
// for; quota is asked before nodes, so that lacking these it has its quota. False: nothing is
// changed.
bool StartUnbacked(Round& round, const Gang& gang, const Shape& shape, const Reason& why);

}  // namespace muster
