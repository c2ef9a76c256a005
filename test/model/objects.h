// SPDX-License-Identifier: Apache-2.0
// Pods, nodes and configs in a few words, for tests: what is not named is what a plain object has.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/model/event.h"

namespace muster::test {

inline constexpr int64_t kGi = int64_t{1} << 30;

inline absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(1'700'000'000 + seconds); }

inline ResourceList Cpu(int64_t cores, int64_t gibibytes = 0) {
  return ResourceList{{kCpu, cores * 1000}, {kMemory, gibibytes * kGi}};
}

inline Node MakeNode(const std::string& name, int64_t cores, int64_t gibibytes = 64,
                     int64_t pods = 110) {
  Node node;
  node.name = name;
  node.uid = absl::StrCat("node-uid-", name);
  node.allocatable = Cpu(cores, gibibytes);
  node.allocatable.Set(kPods, pods);
  return node;
}

// A pod of ours, of namespace "ns", created at second 0.
inline Pod MakePod(const std::string& name, int64_t cores = 1, int64_t created = 0) {
  Pod pod;
  pod.uid = absl::StrCat("uid-", name);
  pod.ns = "ns";
  pod.name = name;
  pod.scheduler_name = "muster";
  pod.service_account = "default";
  pod.created = At(created);
  pod.role.requests = Cpu(cores);
  return pod;
}

inline Pod Member(const std::string& gang, int index, int32_t minimum, int64_t cores = 1,
                  int64_t created = 0) {
  Pod pod = MakePod(absl::StrCat(gang, "-", index), cores, created);
  pod.gang = gang;
  pod.gang_min = minimum;
  return pod;
}

inline Pod Driver(const std::string& app, int64_t cores = 1, int64_t created = 0) {
  Pod pod = MakePod(absl::StrCat(app, "-driver"), cores, created);
  pod.spark_role = SparkRole::kDriver;
  pod.spark_app = app;
  pod.conf_map = absl::StrCat(app, "-conf");
  return pod;
}

inline Pod Executor(const std::string& app, int index, int64_t cores = 2, int64_t created = 10) {
  Pod pod = MakePod(absl::StrCat(app, "-exec-", index), cores, created);
  pod.spark_role = SparkRole::kExecutor;
  pod.spark_app = app;
  return pod;
}

inline Forecast Executors(int32_t start, int32_t floor, int64_t cores = 2) {
  Forecast forecast;
  forecast.start = start;
  forecast.floor = floor;
  forecast.executor.requests = Cpu(cores);
  return forecast;
}

// As the API server shows it after a bind.
inline Pod On(Pod pod, const std::string& node, PodPhase phase = PodPhase::kRunning) {
  pod.node_name = node;
  pod.phase = phase;
  return pod;
}

inline Pod Foreign(const std::string& name, int64_t cores, const std::string& node) {
  Pod pod = MakePod(name, cores);
  pod.scheduler_name = "default-scheduler";
  return On(std::move(pod), node);
}

inline QueueSpec Leaf(const std::string& name, ResourceList max = {}, int64_t weight = 1) {
  QueueSpec spec;
  spec.name = name;
  spec.max = std::move(max);
  spec.weight = weight;
  return spec;
}

}  // namespace muster::test
