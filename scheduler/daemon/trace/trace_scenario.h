// SPDX-License-Identifier: Apache-2.0
// A recorded time as a scenario: the cluster as it was when the trace begins, then each gang at the
// time at which it came, for as long as it ran, and the nodes that came and went. So another config
// can be tried on it. What the trace cannot tell: how long a gang would have run that did not end
// in it (it runs on), nor one that was deleted or evicted (it runs as long as it did). Who came
// back after an eviction is another gang, which comes when it came; nobody else comes back.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "scheduler/codec/scenario.h"

namespace muster::daemon {

// `path` as for Replay. InvalidArgument or NotFound, one sentence: there is no trace, it does not
// replay, or nothing was decided in it. `*complaints` is that of the replay.
absl::StatusOr<codec::Scenario> ScenarioOf(const std::string& path, std::string* complaints);

}  // namespace muster::daemon
