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
#include "scheduler/codec/scenario_action.h"
#include "scheduler/codec/scenario_job.h"
#include "scheduler/codec/yaml.h"
#include "scheduler/model/node.h"
#include "scheduler/model/queue_spec.h"
#include "scheduler/model/reason.h"

namespace muster::codec {

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
  std::optional<int64_t> claimed;            // members with room that evictions free for them
  std::optional<int64_t> evicted;            // its pods, so far
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
  std::optional<int64_t> started;  // gangs that have begun and not ended
};
struct ExpectEvents {
  std::string pods;
  std::string reason;
  int64_t count = 0;
};

struct ExpectEvictions {
  std::string pods;  // glob over "namespace/name"
  int64_t count = 0;
};

struct Expectation {
  Mark mark;
  std::optional<absl::Duration> at;  // absent: at the end
  std::variant<ExpectGang, ExpectPods, ExpectQueue, ExpectEvents, ExpectEvictions> what;
};

// A PodDisruptionBudget: of the pods that match, so many stay healthy, or at most so many are not.
struct DisruptionBudget {
  std::string pods;  // glob over "namespace/name"
  std::optional<int32_t> min_available;
  std::optional<int32_t> max_unavailable;
};

// Work in the shape that public traces have (sim/day.h), beside the jobs that are named.
struct Tenant {
  std::string ns;
  std::string queue;  // the label; empty: none
  int32_t users = 4;
  int64_t share = 1;  // of the submissions
};
struct DayOfWork {
  int32_t jobs = 0;
  uint64_t seed = 1;
  std::vector<Tenant> tenants;
};

struct Scenario {
  std::string file;  // for messages
  std::string name;
  uint64_t seed = 1;
  std::optional<absl::Duration> duration;  // absent: until nothing happens any more
  absl::Duration sample_every = absl::Seconds(10);
  // The scheduler hears of things in bunches, no two of its cycles closer than this.
  absl::Duration cycle_gap = absl::Milliseconds(10);
  bool pod_at_a_time = false;                        // run beside it for comparison
  absl::Duration pod_collection = absl::Seconds(2);  // pods of a removed node live on that long
  std::vector<DisruptionBudget> budgets;
  std::vector<Node> nodes;
  QueueConfig queues = DefaultQueueConfig();
  std::vector<Job> jobs;
  std::optional<DayOfWork> day;
  std::vector<Step> steps;
  std::vector<Expectation> expect;
};

// InvalidArgument with every error, one a line: "FILE:LINE:COLUMN: what is wrong". `file` is only
// named in errors.
absl::StatusOr<Scenario> ParseScenario(absl::string_view file, absl::string_view text);

}  // namespace muster::codec
