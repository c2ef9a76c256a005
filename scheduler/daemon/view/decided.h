// SPDX-License-Identifier: Apache-2.0
// A decision about one gang, as it was made: names and numbers. It becomes text when somebody asks.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/model/plan.h"

namespace muster::daemon {

struct Decided {
  enum class Kind : uint8_t { kStep, kWait, kRelease, kEvict, kShrink, kClaim };

  int64_t number = 0;  // counts up by one from 1, of all decisions since the daemon began
  absl::Time at;
  Kind kind = Kind::kStep;
  StepKind step = StepKind::kStart;  // of kStep
  std::string ns;
  std::string name;
  std::string queue;                              // path; empty: none
  Reason reason;                                  // of kWait
  int32_t position = 0;                           // of kWait
  EvictionCause cause = EvictionCause::kReclaim;  // of kEvict and kShrink
  int32_t pods = 0;                               // bound, evicted, or to be deleted
  int32_t held = 0;                               // room kept beside
  int32_t minimum = 0;                            // of the gang
  int32_t releases = 0;                           // of kRelease: starts given up so far
  absl::Duration wait = absl::ZeroDuration();     // since the gang's creation
  std::string other;                              // gang for which it is evicted
  int32_t victims = 0;                            // of kClaim: gangs evicted for it
};

// "start", "wait", "evict": Decision.kind.
absl::string_view KindOf(const Decided& decided);

// For a caller with that sight, who must see the gang.
v1::Decision Render(const Decided& decided, const Sight& sight);

// Whether a request asks for such decisions: `queue` and those below it, namespace, gang.
bool Asks(const v1::WatchDecisionsRequest& request, const v1::Decision& decision);

}  // namespace muster::daemon
