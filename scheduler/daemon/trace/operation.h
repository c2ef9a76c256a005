// SPDX-License-Identifier: Apache-2.0
// What a trace is made of: all that the loop does to a state, in its order. Whoever does the same
// to a new state has the same state, and decides the same.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/daemon/trace/digest.h"
#include "scheduler/model/event.h"
#include "scheduler/model/plan.h"

namespace muster::daemon {

// The bytes of a file begin with this: whose state it is.
struct TraceBegin {
  std::string scheduler_name;
  bool from_image = false;  // the state that was then follows; else an empty one
};

// A plan as it is kept: whole, but of the verdicts only a digest, and which gangs are told another
// code than before.
struct RecordedPlan {
  std::vector<Step> steps;
  std::vector<GangId> releases;
  std::vector<Claim> claims;
  bool outdated = false;
  uint64_t verdicts = 0;
  Digest digest;
  std::vector<std::pair<GangId, ReasonCode>> codes;
  friend bool operator==(const RecordedPlan&, const RecordedPlan&) = default;
};

struct Expired {};
struct TraceDecided {
  RecordedPlan plan;
};
// Nothing more was written to this file: the writer could not keep up, or the disk failed.
struct TraceLost {
  std::string why;
};
// The recording ended, or goes on in the next file.
struct TraceEnd {
  bool goes_on = false;
};

struct Operation {
  absl::Time now;
  std::variant<TraceBegin, Event, Expired, TraceDecided, TraceLost, TraceEnd> what;
};

}  // namespace muster::daemon
