// SPDX-License-Identifier: Apache-2.0
// A pod: only the fields that decide. Decoded straight from the wire (scheduler/codec); the message
// is not kept. Identity is the UID: a pod recreated under the same name is another pod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "scheduler/model/role_spec.h"

namespace muster {

enum class PodPhase { kPending, kRunning, kSucceeded, kFailed };

enum class SparkRole { kNone, kDriver, kExecutor };

// What Muster wrote into the pod with its Binding (annotations muster.dev/bound-*), from which a
// restarted daemon rebuilds gangs, usage and holds. Ignored on a pod that is not bound.
struct Stamp {
  std::string queue;       // bound-queue: path of the leaf
  std::string gang;        // bound-gang: the gang's name inside the pod's namespace
  int32_t minimum = 0;     // bound-min: members without which the gang does not start
  std::string user;        // bound-user
  int32_t hold = 0;        // bound-hold: executors promised with the driver
  std::string hold_nodes;  // bound-hold-nodes: "node=count,…", a hint, cut to 4 KiB at a comma
  absl::Time at;           // bound-at: RFC 3339, when the decision was made
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Pod {
  std::string uid;
  std::string ns;
  std::string name;
  std::string scheduler_name;
  std::string node_name;  // empty: not bound
  std::string service_account;
  PodPhase phase = PodPhase::kPending;
  bool deleting = false;                     // metadata.deletionTimestamp is set
  bool gated = false;                        // spec.schedulingGates is not empty
  int32_t priority = 0;                      // spec.priority, resolved by admission
  absl::Duration grace = absl::Seconds(30);  // spec.terminationGracePeriodSeconds
  bool preempts = true;                      // spec.preemptionPolicy is not Never
  int64_t generation = 0;
  absl::Time created;
  RoleSpec role;

  std::string queue;       // label muster.dev/queue
  std::string gang;        // label muster.dev/gang
  int32_t gang_min = 0;    // annotation muster.dev/gang-min; 0: absent
  absl::Duration runtime;  // annotation muster.dev/runtime, an estimate; zero: none
  std::string app;   // label spark-app-name, else app.kubernetes.io/name: for run-time history
  std::string user;  // label muster.dev/user; counts where the config says that it is protected
  SparkRole spark_role = SparkRole::kNone;  // label spark-role
  std::string spark_app;                    // label spark-app-selector
  // Driver only: the ConfigMaps behind the volumes spark-conf-volume-driver (key spark.properties)
  // and pod-template-volume (the executor pod template), empty where there is no such volume.
  std::string conf_map;
  std::string template_map;
  std::string template_key;
  // Of a malformed field: "annotation muster.dev/gang-min: \"x\": expected …". The pod waits with
  // reason ConfigError; others are not delayed.
  std::string config_error;

  std::optional<Stamp> stamp;
  // The PodScheduled condition as it stands (status False only), so that an equal one is not
  // written again after a restart.
  std::string condition_reason;
  std::string condition_message;

  friend bool operator==(const Pod&, const Pod&) = default;
};

inline bool IsTerminal(const Pod& pod) {
  return pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed;
}

}  // namespace muster
