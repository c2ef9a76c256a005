// SPDX-License-Identifier: Apache-2.0
// What would be decided now under another config: the cycle itself, on a copy of the state. The
// copy is made on the loop's thread, all else by whoever asks.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

// Copying more than that would hold the loop up; a dump is for those.
inline constexpr size_t kMostCopiedPods = 50'000;

struct Copied {
  State state;
  absl::Time now;
};

// ResourceExhausted where it is too large.
absl::StatusOr<std::shared_ptr<const Copied>> CopyOf(const State& state, absl::Time now);

// Empty text: `in_force`. InvalidArgument has the config's errors, one a line.
absl::StatusOr<QueueConfig> ConfigFrom(const std::string& text, const QueueConfig& in_force);

v1::WhatIfResponse WhatIf(const Copied& copied, const QueueConfig& config);

}  // namespace muster::daemon
