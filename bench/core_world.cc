// SPDX-License-Identifier: Apache-2.0
#include "bench/core_world.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace muster::bench {

namespace {

std::string NodeName(int i) {
  return absl::StrFormat("ip-10-%d-%d-%d.ec2.internal", i >> 16, (i >> 8) & 255, i & 255);
}

Node MakeNode(int i) {
  Node node;
  node.name = NodeName(i);
  node.uid = absl::StrFormat("5d4b9f1e-7a52-4f6f-9a3c-%012d", i);
  node.labels = {{"beta.kubernetes.io/arch", "amd64"},
                 {"beta.kubernetes.io/os", "linux"},
                 {"eks.amazonaws.com/capacityType", "SPOT"},
                 {"eks.amazonaws.com/nodegroup", "batch-memory-optimised"},
                 {"kubernetes.io/arch", "amd64"},
                 {"kubernetes.io/hostname", node.name},
                 {"kubernetes.io/os", "linux"},
                 {"node.kubernetes.io/instance-type", "r6i.4xlarge"},
                 {"topology.kubernetes.io/region", "eu-central-1"},
                 {"topology.kubernetes.io/zone", absl::StrCat("eu-central-1", i % 3)}};
  node.allocatable = {{kCpu, kNodeCpu},
                      {kMemory, kNodeMemory},
                      {kPods, kNodePods},
                      {kEphemeralStorage, int64_t{200} << 30}};
  return node;
}

}  // namespace

World::World(int nodes)
    : state("muster"),
      profile(MakeProfile("bin-pack")),
      now(absl::FromUnixSeconds(1'800'000'000)),
      nodes_(nodes) {
  for (int i = 0; i < nodes; ++i) state.Apply(NodeSeen{MakeNode(i)}, now);
  state.Apply(Synced{}, now);
}

Pod World::NewPod(int64_t cpu) {
  const int64_t number = next_++;
  Pod pod;
  pod.uid = absl::StrFormat("c0a8012b-41d7-4cc5-8a10-%012d", number);
  pod.ns = "team-analytics";
  pod.name = absl::StrFormat("etl-orders-3f9c1a8d2b7e4c05-exec-%06d", number);
  pod.scheduler_name = "muster";
  pod.service_account = "spark";
  pod.created = now;
  pod.generation = 1;
  pod.role.requests = {{kCpu, cpu}, {kMemory, kPodMemory}};
  pod.role.tolerations = {
      {"node.kubernetes.io/not-ready", true, "", false, TaintEffect::kNoExecute},
      {"node.kubernetes.io/unreachable", true, "", false, TaintEffect::kNoExecute}};
  return pod;
}

void World::AddGang(int members, int64_t cpu, int minimum, const std::string& queue) {
  const std::string name = absl::StrFormat("orders-%06d", gangs_++);
  std::vector<Pod> pods;
  for (int i = 0; i < members; ++i) {
    Pod pod = NewPod(cpu);
    pod.gang = name;
    pod.queue = queue;
    pod.gang_min = minimum > 0 ? minimum : members;
    pod.created = now + absl::Seconds(i / 500);
    pods.push_back(std::move(pod));
  }
  std::mt19937 random(7);
  std::shuffle(pods.begin(), pods.end(), random);
  for (Pod& pod : pods) state.Apply(PodSeen{std::move(pod)}, now);
}

void World::AddPod(const std::string& queue) {
  Pod pod = NewPod(kPodCpu);
  pod.queue = queue;
  state.Apply(PodSeen{std::move(pod)}, now);
}

void World::FillNodes(int64_t cpu_left) {
  for (int i = 0; i < nodes_; ++i) {
    Pod pod = NewPod(kNodeCpu - cpu_left);
    pod.scheduler_name = "default-scheduler";
    pod.node_name = NodeName(i);
    pod.phase = PodPhase::kRunning;
    state.Apply(PodSeen{std::move(pod)}, now);
  }
}

int64_t World::Decide() {
  plan = Cycle(state, profile, now);
  state.Assume(plan, now);
  state.ClearChanged();
  int64_t placed = 0;
  for (const Step& step : plan.steps) placed += static_cast<int64_t>(step.placements.size());
  return placed;
}

void World::Confirm() {
  for (const Step& step : plan.steps) {
    for (const Placement& placement : step.placements) {
      Pod pod = state.pod(placement.pod).pod;
      pod.node_name = state.nodes().at(placement.node).name;
      state.Apply(PodSeen{pod}, now);
      state.Apply(BindAccepted{pod.uid}, now);
    }
  }
}

}  // namespace muster::bench
