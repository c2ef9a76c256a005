// SPDX-License-Identifier: Apache-2.0
// Everything that is known about one gang.
#pragma once

#include "absl/status/statusor.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// Members that are told; Gang.members counts them all.
inline constexpr int kMostMembers = 1000;

// By the gang's name, else by that of one of its pods. NotFound where there is none that `sight`
// sees.
absl::StatusOr<v1::Explanation> Explain(const Scene& scene, const v1::ExplainRequest& request,
                                        const Sight& sight);

}  // namespace muster::daemon
