// SPDX-License-Identifier: Apache-2.0
// Times that a state keeps to, as design and acceptance cases name them.
#pragma once

#include "absl/time/time.h"

namespace muster {

// Time that a state promises; acceptance and design name them.
inline constexpr absl::Duration kMemberHold = absl::Minutes(10);
inline constexpr absl::Duration kRepairGrace = absl::Seconds(60);
// A half-bound gang is completed or released within 5 s; the decision falls a second earlier.
inline constexpr absl::Duration kHalfBoundLimit = absl::Seconds(4);
// A claim outlives the grace of its victims by this, and a victim that was refused is left alone
// for that.
inline constexpr absl::Duration kClaimGrace = absl::Seconds(60);
// Pods take a while to start and to end, which no estimate knows: a gang is thought to be about to
// end for that long after its estimate.
inline constexpr absl::Duration kEstimateGrace = absl::Seconds(30);
inline constexpr absl::Duration kSpared = absl::Minutes(5);
// Of QueueSpec::evictions_per_hour.
inline constexpr absl::Duration kBudgetTime = absl::Hours(1);
inline constexpr absl::Duration kBackoff = absl::Seconds(5);
inline constexpr absl::Duration kLongestBackoff = absl::Minutes(5);

}  // namespace muster
