// SPDX-License-Identifier: Apache-2.0
// What a cycle decided: a value. Applying it to the state (state/assume.h) and acting on it
// (loop/) are two renderings of the same plan; so are logs, metrics, events and conditions.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/shared_reason.h"

namespace muster {

struct Placement {
  PodId pod;
  NodeId node;
  bool from_hold = false;  // takes one slot of its gang's holds (or repairs) on that node
  friend bool operator==(const Placement&, const Placement&) = default;
};

enum class StepKind : uint8_t {
  kStart,     // a waiting gang starts: its minimum placed or held
  kComplete,  // a half-bound gang gets the rest of its members placed
  kSettle,    // a member takes the room held for it
  kRepair,    // a degraded gang gets room for what it lost
  kGrow,      // one member above the minimum
  kRehold,    // holds move: their node left, or the first executor differs from the forecast
};

inline constexpr size_t kStepKinds = 6;

// "start", in metrics.
constexpr absl::string_view Name(StepKind kind) {
  switch (kind) {
    case StepKind::kStart: return "start";
    case StepKind::kComplete: return "complete";
    case StepKind::kSettle: return "settle";
    case StepKind::kRepair: return "repair";
    case StepKind::kGrow: return "grow";
    case StepKind::kRehold: break;
  }
  return "rehold";
}

// One gang's part of the plan. Steps are in the order in which they were decided.
struct Step {
  StepKind kind = StepKind::kStart;
  GangId gang;
  std::vector<Placement> placements;
  std::vector<HoldSlot> holds;      // added
  std::vector<RepairHold> repairs;  // added
  // kStart: the head that it passes, since by estimate it will have ended in time.
  GangId passed = {};
  friend bool operator==(const Step&, const Step&) = default;
};

enum class EvictionCause : uint8_t {
  kReclaim,     // for a queue that has less than it is entitled to
  kPreemption,  // for a more important gang of the same leaf
  kOverrun,     // it passed a head that it was estimated not to delay, and does
};

// "reclaim", in metrics and logs.
constexpr absl::string_view Name(EvictionCause cause) {
  switch (cause) {
    case EvictionCause::kPreemption: return "preemption";
    case EvictionCause::kOverrun: return "overrun";
    case EvictionCause::kReclaim: break;
  }
  return "reclaim";
}

// What is evicted of one gang: all of it, the driver first, or members above its minimum.
struct Victim {
  GangId gang;
  bool whole = true;
  EvictionCause cause = EvictionCause::kReclaim;
  std::vector<PodId> pods;
  friend bool operator==(const Victim&, const Victim&) = default;
};

// A waiting gang gets the room of its victims, once they are gone. `room` is all that it needs to
// start: a simulated placement with exactly these victims gone.
struct Claim {
  GangId gang;
  std::vector<ClaimSlot> room;
  std::vector<GangId> inherited;  // gangs behind it, whose claims end and whose victims serve it
  std::vector<Victim> victims;
  friend bool operator==(const Claim&, const Claim&) = default;
};

// Why a gang, or the waiting members of a started one, stay where they are.
struct Verdict {
  GangId gang;
  SharedReason reason;
  int32_t position = 0;  // in its leaf, from 1; 0 where the gang is not in line
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<GangId> releases;   // half-bound gangs given up: their bound members are deleted
  std::vector<Claim> claims;      // with the evictions that make their room
  std::vector<Verdict> verdicts;  // one per gang that waits with something, in rank order
  // That a search for victims passed by because not all of their binds are seen: once they are, it
  // may find them.
  absl::btree_set<GangId> unseen;
  // Whether a cycle run on the result would plan nothing. Not so where it is outdated; nor after
  // growth, which uses up limits of users, and a head that such a limit stops is in nobody's way;
  // nor after a release, of which a limit is free; nor after a claim, whose gang has room now and
  // leaves the rest to others.
  bool settled() const {
    if (!releases.empty() || !claims.empty() || outdated) return false;
    for (const Step& step : steps) {
      if (step.kind == StepKind::kGrow) return false;
    }
    return true;
  }
  // Something starts, and somebody who might find room waits for the date of a head, which that may
  // move; or somebody waits behind a head that it may move out of the way: to the limit of a user
  // that does not stop those behind it, or from the place of the head that binds all leaves.
  bool outdated = false;
  bool empty() const { return steps.empty() && releases.empty() && claims.empty(); }
  friend bool operator==(const Plan&, const Plan&) = default;
};

}  // namespace muster
