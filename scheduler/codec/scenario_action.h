// SPDX-License-Identifier: Apache-2.0
// What happens to the cluster of a scenario: users, faults, and changes of nodes and queues.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/node.h"
#include "scheduler/model/queue_spec.h"

namespace muster::codec {

struct AddNodes {
  std::vector<Node> nodes;
};
struct RemoveNodes {
  std::string nodes;  // glob
};
struct ChangeNodes {
  std::string nodes;             // glob
  std::optional<Labels> labels;  // merged into those that are there; an empty value removes one
  std::optional<std::vector<Taint>> taints;
  std::optional<bool> unschedulable;
  std::optional<ResourceList> allocatable;  // merged
};
// The API server refuses the next `times` binds of matching pods.
struct RefuseBinds {
  std::string pods;
  int32_t times = 1;
  int32_t code = 409;
};
// The API server refuses the next `times` evictions of matching pods, dry runs among them; `late`:
// it agrees to dry runs.
struct RefuseEvictions {
  std::string pods;
  int32_t times = 1;
  int32_t code = 429;
  bool late = false;
};
enum class Request { kBind, kEviction };
// The answer of the next `times` requests is lost; `done`: the request itself was carried out.
struct LoseAnswers {
  std::string pods;
  int32_t times = 1;
  bool done = true;
  Request of = Request::kBind;
};
// Every bind and every eviction takes that long from now on.
struct DelayBinds {
  absl::Duration by;
};
// What is watched arrives that much later from now on.
struct DelayWatch {
  absl::Duration by;
};
// The watch loses every event for that long; then the scheduler lists anew.
struct LoseWatch {
  absl::Duration lasting;
};
enum class PodFate { kFail, kSucceed, kDelete, kUngate };
struct TouchPods {
  std::string pods;
  PodFate fate = PodFate::kDelete;
};
struct RaiseMinimum {
  std::string pods;
  int32_t minimum = 0;
};
// Every pod of the job is deleted, and its owner with it.
struct DeleteJobs {
  std::string jobs;  // glob over "namespace/name"
};
// kill -9; started anew after `down` with nothing but what the API server tells. With `binds`: at
// the moment when the API server has accepted that many more binds; 0: now.
struct KillScheduler {
  int32_t binds = 0;
  absl::Duration down = absl::Seconds(1);
};
struct SetQueues {
  QueueConfig queues;
};

using Action = std::variant<AddNodes, RemoveNodes, ChangeNodes, RefuseBinds, RefuseEvictions,
                            LoseAnswers, DelayBinds, DelayWatch, LoseWatch, TouchPods, RaiseMinimum,
                            DeleteJobs, KillScheduler, SetQueues>;

}  // namespace muster::codec
