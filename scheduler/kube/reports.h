// SPDX-License-Identifier: Apache-2.0
// What Muster writes about a pod, as requests: a condition, an event, its deletion or eviction.
// Source: K8s v1.36 pkg/scheduler/util/utils.go, core/validation/events.go,
// pkg/registry/core/pod/storage/eviction.go.
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

// The same through the eviction API, which asks PodDisruptionBudgets; a dry run changes nothing.
HttpRequest EvictionRequest(const loop::PodRef& pod, bool dry_run);

// The condition DisruptionTarget with kube-scheduler's reason PreemptionByScheduler, for a pod that
// is being removed: the eviction API sets that condition itself, with words of its own in place of
// any that stood before, and a pod that is marked but stays misleads whoever reads it.
HttpRequest DisruptionRequest(const loop::PodRef& pod, const std::string& message);

// At most `limit` bytes, cut between two characters and ending in "..." where it was cut.
std::string CutText(absl::string_view text, size_t limit);

}  // namespace muster::kube
