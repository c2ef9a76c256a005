// SPDX-License-Identifier: Apache-2.0
// What a simulation found out: values only, in the scenario's own names and in virtual time. Equal
// scenario and seed give an equal report; nothing here knows a wall clock.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/codec/scenario.h"

namespace muster::sim {

struct JobReport {
  std::string name;   // "namespace/name"
  std::string queue;  // path; empty: none admits it
  codec::JobKind kind = codec::JobKind::kPod;
  absl::Duration submitted;
  absl::Duration wait;  // until its work began; infinite: never
  absl::Duration run;   // from then to its end; infinite: did not end
  bool succeeded = false;
  bool canceled = false;
  // Infinite work: it is not expected to end.
  bool endless = false;
  // At the end of the simulation it holds nodes and does not work: nothing will change that.
  bool stalled = false;
  int32_t attempts = 0;
  int64_t evicted = 0;  // pods
  absl::Duration lost;  // cpu time of work done again after evictions
  friend bool operator==(const JobReport&, const JobReport&) = default;
};

// Shares are in millionths of the cluster: the dominant one of cpu and memory.
struct QueueSample {
  int64_t used = 0;
  int64_t held = 0;
  int32_t running = 0;  // jobs that work
  int32_t waiting = 0;  // jobs with nothing bound
  int32_t stalled = 0;  // jobs with something bound that do not work
  friend bool operator==(const QueueSample&, const QueueSample&) = default;
};

// Of the whole cluster, in millionths of what it has.
struct ClusterSample {
  int64_t cpu = 0;
  int64_t memory = 0;
  int64_t working = 0;  // of the cpu: used by jobs that work
  friend bool operator==(const ClusterSample&, const ClusterSample&) = default;
};

struct QueueReport {
  std::string path;
  int64_t weight = 1;
  std::vector<QueueSample> samples;
  friend bool operator==(const QueueReport&, const QueueReport&) = default;
};

// Of one queue, for one cause: "reclaim", "preemption" or "overrun".
struct EvictionReport {
  std::string queue;  // of the victims
  std::string cause;
  int64_t whole = 0;    // gangs
  int64_t in_part = 0;  // gangs that lost members above their minimum
  int64_t pods = 0;
  friend bool operator==(const EvictionReport&, const EvictionReport&) = default;
};

struct Report {
  std::string name;
  std::string decider;  // "gang" or "pod-at-a-time"
  uint64_t seed = 0;
  absl::Duration lasted;
  absl::Duration active;  // until something last happened
  absl::Duration sample_every;
  int64_t nodes = 0;  // at the end
  std::vector<QueueReport> queues;
  std::vector<ClusterSample> cluster;  // as the queues' samples
  std::vector<JobReport> jobs;         // in the order of the scenario

  // Mean over the time from the first submission to the last end, in millionths.
  int64_t cpu_used = 0;
  int64_t memory_used = 0;
  int64_t cpu_working = 0;  // of the cpu: used by jobs that work
  // Mean over the samples with a queue short of its due: the largest such gap of a queue, in
  // millionths of the cluster.
  int64_t share_error = 0;

  std::vector<EvictionReport> evictions;  // that took place, by queue and cause
  absl::Duration lost;                    // cpu time of work done again after evictions

  int64_t pods = 0;
  int64_t binds = 0;
  int64_t cycles = 0;
  int64_t events = 0;
  int64_t restarts = 0;
  int64_t rejected = 0;  // pods that a kubelet refused for want of room

  int64_t expectations = 0;
  int64_t unmet = 0;                    // of these
  std::vector<std::string> failures;    // of expectations, "FILE:LINE:COLUMN: ..."
  std::vector<std::string> violations;  // of the invariants
  friend bool operator==(const Report&, const Report&) = default;
  bool ok() const { return failures.empty() && violations.empty(); }
};

}  // namespace muster::sim
