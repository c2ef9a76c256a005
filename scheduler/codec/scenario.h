// SPDX-License-Identifier: Apache-2.0
// A scenario: nodes, queues, work over time, what happens to them, and what is expected. It is what
// `muster simulate` runs, what test/scenarios/ holds, and the one format for all of it. The text is
// described in test/scenarios/README.md.
//
// Times are durations since the start. Names are globs (* and ?) where the text says so: of nodes
// by name, of pods by "namespace/name". Counted entries are already unfolded here: `count: 3` of a
// job `etl` has become the jobs etl-0, etl-1, etl-2.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/codec/properties.h"
#include "scheduler/codec/yaml.h"
#include "scheduler/model/node.h"
#include "scheduler/model/queue_spec.h"
#include "scheduler/model/reason.h"
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

enum class JobKind { kPod, kGang, kSpark };

struct Job {
  std::string name;
  JobKind kind = JobKind::kPod;
  absl::Duration at;
  std::string ns = "default";
  std::string queue;             // the label; empty: none
  std::string user = "default";  // service account
  std::string user_label;        // label muster.dev/user; empty: none
  int32_t priority = 0;
  // How long the work takes with its minimum running; infinite: until something ends it.
  absl::Duration runtime = absl::InfiniteDuration();
  bool recreate = true;  // its owner makes pods anew that were deleted or failed
  bool gated = false;    // pods carry a scheduling gate
  std::string scheduler_name = "muster";
  std::string node;           // spec.nodeName preset: bound from the start, by somebody else
  std::vector<Shape> shapes;  // kPod: one of one pod; kGang: at least one pod
  int32_t minimum = 0;        // kGang
  absl::Duration stagger;     // kGang: from one member's creation to the next
  SparkWork spark;
};

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
// The answer of the next `times` binds is lost; `done`: the bind itself was carried out.
struct LoseAnswers {
  std::string pods;
  int32_t times = 1;
  bool done = true;
};
// Every bind takes that long from now on.
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

using Action = std::variant<AddNodes, RemoveNodes, ChangeNodes, RefuseBinds, LoseAnswers,
                            DelayBinds, DelayWatch, LoseWatch, TouchPods, RaiseMinimum, DeleteJobs,
                            KillScheduler, SetQueues>;

struct Step {
  absl::Duration at;
  Action action;
};

enum class ExpectedState { kWaiting, kStarting, kStarted, kEnded };

struct ExpectGang {
  std::string gang;  // "namespace/name"
  std::optional<ExpectedState> state;
  std::optional<int64_t> bound;
  std::optional<int64_t> held;
  std::optional<std::string> reason;         // a code's name, "none" for no verdict
  std::optional<std::string> message;        // a part of it
  std::vector<std::string> nodes;            // globs: every bound member is on one of them
  std::optional<absl::Duration> half_bound;  // the longest that it ever was
};
struct ExpectPods {
  std::string pods;  // glob over "namespace/name"
  std::optional<int64_t> exist;
  std::optional<int64_t> bound;
  std::vector<std::string> nodes;
};
struct ExpectQueue {
  std::string queue;
  std::optional<ResourceList> used;
  std::optional<ResourceList> held;
  std::optional<int64_t> waiting;  // gangs
};
struct ExpectEvents {
  std::string pods;
  std::string reason;
  int64_t count = 0;
};

struct Expectation {
  Mark mark;
  std::optional<absl::Duration> at;  // absent: at the end
  std::variant<ExpectGang, ExpectPods, ExpectQueue, ExpectEvents> what;
};

struct Scenario {
  std::string file;  // for messages
  std::string name;
  uint64_t seed = 1;
  std::optional<absl::Duration> duration;            // absent: until nothing happens any more
  bool pod_at_a_time = false;                        // run beside it for comparison
  absl::Duration pod_collection = absl::Seconds(2);  // pods of a removed node live on that long
  std::vector<Node> nodes;
  QueueConfig queues = DefaultQueueConfig();
  std::vector<Job> jobs;
  std::vector<Step> steps;
  std::vector<Expectation> expect;
};

// InvalidArgument with every error, one a line: "FILE:LINE:COLUMN: what is wrong". `file` is only
// named in errors.
absl::StatusOr<Scenario> ParseScenario(absl::string_view file, absl::string_view text);

}  // namespace muster::codec
