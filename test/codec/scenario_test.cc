// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/scenario.h"

#include <catch2/catch.hpp>

namespace muster::codec {
namespace {

Scenario Parse(absl::string_view text) {
  auto scenario = ParseScenario("s.yaml", text);
  INFO(scenario.status().ToString());
  REQUIRE(scenario.ok());
  return *std::move(scenario);
}

TEST_CASE("an empty mapping is a scenario with the default queue") {
  const Scenario scenario = Parse("{}");
  CHECK(scenario.queues == DefaultQueueConfig());
  CHECK(scenario.seed == 1);
  CHECK(!scenario.duration.has_value());
}

TEST_CASE("counted nodes and jobs are unfolded") {
  const Scenario scenario = Parse(R"(
nodes:
- {name: w, count: 3, zones: [a, b], cpu: 4, memory: 8Gi, resources: {nvidia.com/gpu: 2},
   labels: {pool: x}, taints: ["k=v:NoSchedule", "k:NoExecute"]}
jobs:
- {name: j, count: 2, at: 5s, every: 10s, namespace: ns, priority: -5, pod: {cpu: 100m}}
- {name: g, gang: {min: 2, shapes: [{count: 1, cpu: 4}, {count: 2, cpu: 1}]}}
)");
  REQUIRE(scenario.nodes.size() == 3);
  const Node& node = scenario.nodes[1];
  CHECK(node.name == "w-1");
  CHECK(
      node.allocatable ==
      ResourceList{{kCpu, 4000}, {kMemory, int64_t{8} << 30}, {kPods, 110}, {"nvidia.com/gpu", 2}});
  CHECK(*FindLabel(node.labels, kZoneLabel) == "b");
  CHECK(*FindLabel(node.labels, "kubernetes.io/hostname") == "w-1");
  CHECK(*FindLabel(node.labels, "pool") == "x");
  REQUIRE(node.taints.size() == 2);
  CHECK(node.taints[0] == Taint{"k", "v", TaintEffect::kNoSchedule});
  CHECK(node.taints[1] == Taint{"k", "", TaintEffect::kNoExecute});
  REQUIRE(scenario.jobs.size() == 3);
  CHECK(scenario.jobs[1].name == "j-1");
  CHECK(scenario.jobs[1].at == absl::Seconds(15));
  CHECK(scenario.jobs[1].priority == -5);
  CHECK(scenario.jobs[1].shapes[0].role.requests == ResourceList{{kCpu, 100}});
  CHECK(scenario.jobs[2].shapes.size() == 2);
  CHECK(scenario.jobs[2].minimum == 2);
}

TEST_CASE("affinity terms and tolerations") {
  const Scenario scenario = Parse(R"(
jobs:
- name: j
  pod:
    affinity: ["zone in (a, b), !spot, cores > 8, disk", "zone notin (c) "]
    tolerations: ["k=v:NoSchedule", "k", "*"]
)");
  const RoleSpec& role = scenario.jobs[0].shapes[0].role;
  REQUIRE(role.affinity.size() == 2);
  CHECK(role.affinity[0].labels ==
        std::vector<NodeRequirement>{{"zone", SelectorOp::kIn, {"a", "b"}},
                                     {"spot", SelectorOp::kDoesNotExist, {}},
                                     {"cores", SelectorOp::kGt, {"8"}},
                                     {"disk", SelectorOp::kExists, {}}});
  CHECK(role.affinity[1].labels ==
        std::vector<NodeRequirement>{{"zone", SelectorOp::kNotIn, {"c"}}});
  REQUIRE(role.tolerations.size() == 3);
  CHECK(role.tolerations[0] == Toleration{"k", false, "v", false, TaintEffect::kNoSchedule});
  CHECK(role.tolerations[1] == Toleration{"k", true, "", true, TaintEffect::kNoSchedule});
  CHECK(role.tolerations[2] == Toleration{"", true, "", true, TaintEffect::kNoSchedule});
}

TEST_CASE("a mistake is told with line, column and what was expected") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"nodes: 3", "s.yaml:1:8: nodes: expected a list, got \"3\""},
      {"jobs: [{name: a}]", "s.yaml:1:8: jobs[0]: expected one of pod, gang and spark, got 0"},
      {"jobs: [{name: a, pod: {cpu: -1}}]", "s.yaml:1:29: "},
      {"jobs: [{name: a, pod: {memory: 512m}}]", "s.yaml:1:32: "},
      {"jobs: [{name: a, gang: {min: 2}}]", "the key \"members\" is missing"},
      {"jobs: [{name: a, pod: {}}, {name: a, pod: {}}]",
       "s.yaml:1:28: jobs[1]: the job \"default/a\""},
      {"sampleEvery: 0s", "sampleEvery: expected a duration above 0s"},
      {"cycleGap: 0s", "cycleGap: expected a duration above 0s"},
      {"workload: {}", "the key \"day\" is missing"},
      {"workload: {day: {jobs: 0, tenants: [{namespace: a}]}}", "workload.day.jobs: "},
      {"workload: {day: {jobs: 1, tenants: []}}", "expected a tenant at least"},
      {"workload: {day: {jobs: 1, tenants: [{users: 2}]}}", "the key \"namespace\" is missing"},
      {"jobs: [{name: a, runtime: soon, pod: {}}]", "expected a duration such as 90s"},
      {"jobs: [{name: a, pod: {affinity: [\"a in b\"]}}]", "expected a term such as"},
      {"nodes: [{name: a, taints: [x]}]", "expected a taint, key=value:NoSchedule"},
      {"node: []", "unknown key \"node\"; did you mean \"nodes\"?"},
      {"steps: [{at: 1s}]", "expected one action, got 0; actions: queues, addNode"},
      {"steps: [{removeNode: a}]", "the key \"at\" is missing"},
      {"expect: [{gang: a, bound: 1}]", "expected a gang, namespace/name"},
      {"expect: [{gang: a/b, reason: Full}]", "expected a reason: none, GangIncomplete"},
      {"expect: [{at: 1s}]", "expected one of gang, pods, queue, events and evictions, got 0"},
      {"compare: volcano", "compare: expected pod-at-a-time"},
      {"queues: []", "expected at least one queue"},
      {"a: [", "s.yaml:"},
  };
  for (const Row& row : rows) {
    const auto scenario = ParseScenario("s.yaml", row.text);
    INFO(row.text);
    REQUIRE(!scenario.ok());
    CHECK_THAT(std::string(scenario.status().message()), Catch::Contains(row.error));
  }
}

TEST_CASE("every step and expectation is read") {
  const Scenario scenario = Parse(R"(
steps:
- {at: 1s, addNode: {name: n, cpu: 1}}
- {at: 1s, removeNode: "n*"}
- {at: 1s, changeNode: {name: n, labels: {a: b}, taints: [], unschedulable: true, cpu: 2}}
- {at: 1s, refuseBind: {pod: "*", times: 2, code: 500}}
- {at: 1s, loseAnswer: {pod: "*", done: false}}
- {at: 1s, delayBinds: 4s}
- {at: 1s, delayWatch: 4s}
- {at: 1s, loseWatch: 4s}
- {at: 1s, failPod: a/b}
- {at: 1s, raiseMinimum: {pod: a/b, min: 5}}
- {at: 1s, deleteJob: a/b}
- {at: 1s, killScheduler: {afterBinds: 3, down: 2s}}
- {at: 1s, queues: [{name: q}]}
expect:
- {at: 1s, gang: a/b, state: started, bound: 1, held: 2, reason: none, message: x, nodes: [n],
   halfBound: 5s}
- {pods: a/b, exist: 1, bound: 0}
- {queue: q, used: {cpu: 1}, held: {cpu: 0}, waiting: 2}
- {events: a/b, reason: NeverFits, count: 1}
)");
  REQUIRE(scenario.steps.size() == 13);
  CHECK(std::get<RefuseBinds>(scenario.steps[3].action).code == 500);
  CHECK(!std::get<LoseAnswers>(scenario.steps[4].action).done);
  CHECK(std::get<TouchPods>(scenario.steps[8].action).fate == PodFate::kFail);
  CHECK(std::get<KillScheduler>(scenario.steps[11].action).binds == 3);
  REQUIRE(scenario.expect.size() == 4);
  const auto& gang = std::get<ExpectGang>(scenario.expect[0].what);
  CHECK(gang.state == ExpectedState::kStarted);
  CHECK(gang.half_bound == absl::Seconds(5));
  CHECK(!scenario.expect[1].at.has_value());
}

}  // namespace
}  // namespace muster::codec
