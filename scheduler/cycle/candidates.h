// SPDX-License-Identifier: Apache-2.0
// What could be evicted for a gang, in the order of preference: claims of gangs behind it, gangs
// that passed it by an estimate and overran that, members above their gang's minimum, then gangs
// whole. Nothing else is a candidate: no driver is left without its executors, and no gang below
// its minimum.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "scheduler/cycle/rights.h"

namespace muster {

// What a plan has decided to evict already.
struct Condemned {
  std::set<PodId> pods;
  std::set<GangId> gangs;  // whole, inherited, or placed in part by this plan
};

struct NodeRoom {
  NodeId node;
  Amounts amounts;
};

// What it takes a pod to be where it was before it began to work, in seconds.
inline constexpr int64_t kRestart = 60;

struct Candidate {
  enum class Kind : uint8_t { kClaim, kOverrun, kSurplus, kWhole } kind = Kind::kSurplus;
  GangId gang;
  QueueId leaf;
  EvictionCause cause = EvictionCause::kReclaim;
  std::vector<PodId> pods;  // to be evicted; kClaim: on their way out already
  int32_t priority = 0;
  int32_t spare = 0;  // kSurplus: members above the gang's minimum; no more of them may go
  int64_t lost = 0;   // pod-seconds of work that its eviction throws away
  // Room that it frees, by node.
  std::vector<NodeRoom> room;
  Amounts sum;

  bool whole() const { return kind == Kind::kWhole || kind == Kind::kOverrun; }
  // What is thrown away, and each pod's start once more.
  int64_t cost() const {
    return kind == Kind::kClaim ? 0 : lost + kRestart * static_cast<int64_t>(pods.size());
  }
};

// The best to evict first.
std::vector<Candidate> CandidatesFor(Round& round, Rights& rights, const Condemned& condemned,
                                     const Gang& claimant, const Amounts& need);

// Puts members in the order in which they are evicted: the driver first, then the youngest last.
void SortForEviction(const State& state, const Gang& gang, std::vector<PodId>* pods);

// What is held for the gang, by this plan too.
std::vector<HoldSlot> HoldsOf(const Round& round, const Gang& gang);

// The candidate without those of its pods that are out of the draft already.
Candidate Without(const State& state, const Candidate& candidate, const std::set<PodId>& gone);

// Takes the candidate's room and charges out of the draft.
void Release(Round& round, const Candidate& candidate);

}  // namespace muster
