// SPDX-License-Identifier: Apache-2.0
// The work of a scenario: a single pod, a gang or a Spark job, as its user submits it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/codec/properties.h"
#include "scheduler/model/role_spec.h"

namespace muster::codec {

// Pods of one shape in a gang.
struct Shape {
  int32_t count = 0;
  RoleSpec role;
};

struct SparkWork {
  RoleSpec driver;
  Properties conf;           // becomes spark.properties of the driver's ConfigMap, as text
  std::string pod_template;  // YAML of the executor pod template; empty: none
  // What real executors ask for where that differs from what the conf says (sidecars).
  std::optional<ResourceList> executor_requests;
};

// The grace of a pod that ends as soon as it is told to.
inline constexpr absl::Duration kAtOnce = absl::Seconds(1);

enum class JobKind { kPod, kGang, kSpark };

struct Job {
  std::string name;
  JobKind kind = JobKind::kPod;
  absl::Duration at;
  std::string ns = "default";
  std::string queue;             // the label; empty: none
  std::string user = "default";  // service account
  std::string user_label;        // label muster.dev/user; empty: none
  std::string app;               // label spark-app-name or app.kubernetes.io/name; empty: none
  int32_t priority = 0;
  bool preempts = true;            // preemptionPolicy is not Never
  absl::Duration estimate;         // annotation muster.dev/runtime; zero: none
  absl::Duration grace = kAtOnce;  // from a pod's deletion to its end
  // How long the work takes with its minimum running; infinite: until something ends it.
  absl::Duration runtime = absl::InfiniteDuration();
  bool recreate = true;  // its owner makes pods anew that were deleted or failed
  // Once it is gone as a whole, it is submitted again under a new name, NAME-r1; absent: a Spark
  // job that is recreated.
  std::optional<bool> resubmit;
  absl::Duration ttl = absl::InfiniteDuration();  // from its end to its pods' removal
  bool checkpoint = false;                        // what was done is not done again after that
  bool gated = false;                             // pods carry a scheduling gate
  std::string scheduler_name = "muster";
  absl::Duration age;  // its pods were created that long before the start
  // Of ours that runs from the start: its first members are on these nodes, since `began` ago.
  std::vector<std::string> nodes;
  absl::Duration began;
  std::string node;           // spec.nodeName preset: bound from the start, by somebody else
  std::vector<Shape> shapes;  // kPod: one of one pod; kGang: at least one pod
  int32_t minimum = 0;        // kGang
  absl::Duration stagger;     // kGang: from one member's creation to the next
  SparkWork spark;
};

}  // namespace muster::codec
