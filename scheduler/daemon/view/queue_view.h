// SPDX-License-Identifier: Apache-2.0
// The tree of queues as messages.
#pragma once

#include "absl/status/statusor.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// Counts the gangs that `sight` sees, and leaves out the queues that a template made for namespaces
// that it does not. O(queues + gangs x depth).
absl::StatusOr<v1::ListQueuesResponse> ListQueues(const Scene& scene,
                                                  const v1::ListQueuesRequest& request,
                                                  const Sight& sight);

}  // namespace muster::daemon
