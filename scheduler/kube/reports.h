// SPDX-License-Identifier: Apache-2.0
// What Muster writes about a pod, as requests: its PodScheduled condition, an event, its deletion.
// Source: K8s v1.36 pkg/scheduler/util/utils.go, core/validation/events.go.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "scheduler/kube/http.h"
#include "scheduler/loop/ports.h"

namespace muster::kube {

// The API server refuses a longer one.
inline constexpr size_t kNoteBytes = 1024;

// Strategic merge, so that other conditions stay; the uid inside is a precondition. The transition
// time is written when the condition appears, since its status never flips here after that.
HttpRequest ConditionRequest(const loop::SetCondition& action, bool appears, absl::Time now);

struct Reporter {
  std::string controller;  // "muster"
  std::string instance;    // "muster-<host>", at most 128 bytes
};
HttpRequest EventRequest(const loop::PostEvent& action, const Reporter& reporter, absl::Time now);
// The same, regarding a ConfigMap.
HttpRequest ConfigEventRequest(const loop::PodRef& config_map, const loop::PostEvent& action,
                               const Reporter& reporter, absl::Time now);

// With the uid as precondition and the pod's own grace period.
HttpRequest DeleteRequest(const loop::PodRef& pod);

// At most `limit` bytes, cut between two characters and ending in "..." where it was cut.
std::string CutText(absl::string_view text, size_t limit);

}  // namespace muster::kube
