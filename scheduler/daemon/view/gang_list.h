// SPDX-License-Identifier: Apache-2.0
// The gangs that exist, filtered and in pages. A page begins after the last gang of the one before,
// wherever gangs have come, gone or moved meanwhile: nothing that stays is told twice.
#pragma once

#include "absl/status/statusor.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// O(gangs x log page). InvalidArgument names the field; NotFound the queue.
absl::StatusOr<v1::ListGangsResponse> ListGangs(const Scene& scene,
                                                const v1::ListGangsRequest& request,
                                                const Sight& sight);

}  // namespace muster::daemon
