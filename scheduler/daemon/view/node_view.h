// SPDX-License-Identifier: Apache-2.0
// The nodes as messages, in pages by name.
#pragma once

#include "absl/status/statusor.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// Whole nodes are told to whoever may list nodes; no gang is named. O(pods + page).
absl::StatusOr<v1::ListNodesResponse> ListNodes(const Scene& scene,
                                                const v1::ListNodesRequest& request);

}  // namespace muster::daemon
