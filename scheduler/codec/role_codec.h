// SPDX-License-Identifier: Apache-2.0
// The part of a pod spec that filters read, from the wire into a RoleSpec (but for its requests).
#pragma once

#include "absl/strings/string_view.h"
#include "scheduler/model/role_spec.h"

namespace muster::k8s {
class PodSpec;
}

namespace muster::codec {

// Fills selector, affinity, tolerations and the names of the fields that Muster does not decide on
// yet. Preferred affinities and ScheduleAnyway spread are wishes, not conditions: they are let be.
void ReadRole(const k8s::PodSpec& spec, RoleSpec* role);

// "NoSchedule" and so on; false for a text that is none of the three effects.
bool ReadTaintEffect(absl::string_view text, TaintEffect* effect);

}  // namespace muster::codec
