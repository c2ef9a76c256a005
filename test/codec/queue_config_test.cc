// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<QueueConfig> config = ParseQueueConfig("m.yaml", text);
  return config.ok() ? "" : std::string(config.status().message());
}

TEST_CASE("a queue config becomes a tree") {
  const absl::StatusOr<QueueConfig> config = ParseQueueConfig("m.yaml", R"(
scorer: spread
queues:
- name: etl
  weight: 3
  guaranteed: {cpu: 40, memory: 160Gi, pods: 0}
  max: {cpu: 120, nvidia.com/gpu: 0}
  order: fifo
  namespaces: [team-etl, "etl-*"]
  backfill: false
- name: analytics
  guaranteed: {cpu: "1500m"}
  queues:
  - name: adhoc
    order: fair
    guaranteed: {cpu: 1}
  - {name: reports_2, guaranteed: {cpu: 0.5}}
)");
  REQUIRE(config.ok());
  CHECK(config->scorer == "spread");
  REQUIRE(config->queues.size() == 2);
  const QueueSpec& etl = config->queues[0];
  CHECK(etl.name == "etl");
  CHECK(etl.weight == 3);
  CHECK(etl.guaranteed == ResourceList{{"cpu", 40000}, {"memory", int64_t{160} << 30}});
  CHECK(etl.max.Get("cpu") == 120000);
  CHECK(etl.max.Has("nvidia.com/gpu"));
  CHECK(etl.namespaces == std::vector<std::string>{"team-etl", "etl-*"});
  const QueueSpec& analytics = config->queues[1];
  CHECK(analytics.weight == 1);
  REQUIRE(analytics.queues.size() == 2);
  CHECK(analytics.queues[0].order == LeafOrder::kFair);
  CHECK(analytics.queues[1].order == LeafOrder::kFifo);
  CHECK(analytics.queues[1].guaranteed.Get("cpu") == 500);
}

struct Mistake {
  const char* text;
  const char* error;
};
const Mistake kMistakes[] = {
    {"", "m.yaml:1:1: the queue config is empty; expected the key \"queues\""},
    {"- a\n", "m.yaml:1:1: expected a mapping, got a list"},
    {"queues:\n", "m.yaml:1:8: queues: expected a list, got nothing"},
    {"queues: []\n", "m.yaml:1:9: queues: expected at least one queue, got an empty list"},
    {"queue:\n- name: a\n",
     "m.yaml:1:1: the key \"queues\" is missing; expected a list of queues\n"
     "m.yaml:1:1: unknown key \"queue\"; did you mean \"queues\"?"},
    {"queues:\n- weight: 2\n",
     "m.yaml:2:3: queues[0]: the key \"name\" is missing; expected the queue's name"},
    {"queues:\n- name: a.b\n",
     "m.yaml:2:9: queues[0].name: expected letters, digits, - and _, beginning and ending with a "
     "letter or digit, got \"a.b\""},
    {"queues:\n- name: //////\n",
     "m.yaml:2:9: queues[0].name: expected letters, digits, - and _, beginning and ending with a "
     "letter or digit, got \"//////\""},
    {"queues:\n- name: -a\n",
     "m.yaml:2:9: queues[0].name: expected letters, digits, - and _, beginning and ending with a "
     "letter or digit, got \"-a\""},
    {"queues:\n- name: a\n- name: a\n",
     "m.yaml:3:9: queues[1].name: the name \"a\" is taken by its sibling of line 2"},
    {"queues:\n- {name: a, weight: 0}\n",
     "m.yaml:2:21: queues[0].weight: expected a whole number from 1 to 1000000, got \"0\""},
    {"queues:\n- {name: a, weight: 1000001}\n",
     "m.yaml:2:21: queues[0].weight: expected a whole number from 1 to 1000000, got \"1000001\""},
    {"queues:\n- {name: a, wieght: 1}\n",
     "m.yaml:2:13: queues[0]: unknown key \"wieght\"; did you mean \"weight\"?"},
    {"queues:\n- {name: a, max: {cpus: 1}}\n",
     "m.yaml:2:19: queues[0].max: unknown resource \"cpus\"; did you mean \"cpu\"?"},
    {"queues:\n- {name: a, max: {gpu: 1}}\n",
     "m.yaml:2:19: queues[0].max: unknown resource \"gpu\"; did you mean \"cpu\"?"},
    {"queues:\n- {name: a, max: {accelerators: 1}}\n",
     "m.yaml:2:19: queues[0].max: unknown resource \"accelerators\"; expected cpu, memory, pods, "
     "ephemeral-storage, hugepages-SIZE or an extended resource such as nvidia.com/gpu"},
    {"queues:\n- {name: a, max: {memory: 512m}}\n",
     "m.yaml:2:27: queues[0].max.memory: \"512m\" counts fractions of a byte; expected bytes, "
     "such as \"512M\" or \"512Mi\""},
    {"queues:\n- {name: a, max: {cpu: -1}}\n",
     "m.yaml:2:24: queues[0].max.cpu: \"-1\" is negative; expected a quantity of 0 or more"},
    {"queues:\n- {name: a, guaranteed: {cpu: 2}, max: {cpu: 1500m}}\n",
     "m.yaml:2:40: queues[0].max: max cpu is 1500m; expected at least the guaranteed 2"},
    {"queues:\n- name: a\n  guaranteed: {cpu: 2}\n  queues:\n"
     "  - {name: b, guaranteed: {cpu: 1}}\n  - {name: c, guaranteed: {cpu: 1500m, memory: 1Gi}}\n",
     "m.yaml:3:15: queues[0].guaranteed: the inner queues of a are guaranteed 2500m cpu in sum; "
     "expected at most the 2 guaranteed to a\n"
     "m.yaml:3:15: queues[0].guaranteed: the inner queues of a are guaranteed 1Gi memory in sum; "
     "expected at most the 0 guaranteed to a"},
    {"queues:\n- name: a\n  order: fair\n  namespaces: [x]\n  queues: [{name: b}]\n",
     "m.yaml:3:10: queues[0].order: only a queue without inner queues has this\n"
     "m.yaml:4:15: queues[0].namespaces: only a queue without inner queues has this"},
    {"queues:\n- {name: a, order: lifo}\n",
     "m.yaml:2:20: queues[0].order: expected fifo or fair, got \"lifo\""},
    {"queues:\n- {name: a, namespaces: []}\n",
     "m.yaml:2:25: queues[0].namespaces: expected at least one namespace; without this key every "
     "namespace may submit"},
    {"queues:\n- {name: a, namespaces: [Team_A]}\n",
     "m.yaml:2:26: queues[0].namespaces[0]: expected a namespace (lower-case letters, digits, -) "
     "or a pattern with * and ?, got \"Team_A\""},
    {"queues:\n- {name: a, namespaces: [\"team-*\"]}\n- {name: b, namespaces: [team-b]}\n",
     "m.yaml:3:26: queues[1].namespaces[0]: namespace \"team-b\" of queue b overlaps \"team-*\" "
     "of queue a (line 2); expected each namespace to belong to one queue"},
    {"queues:\n- {name: a, namespaces: [x]}\n- {name: b, queues: [{name: c, namespaces: [x]}]}\n",
     "m.yaml:3:45: queues[1].queues[0].namespaces[0]: namespace \"x\" of queue b.c overlaps "
     "\"x\" of queue a (line 2); expected each namespace to belong to one queue"},
    {"scorer: best\nqueues: [{name: a}]\n",
     "m.yaml:1:9: scorer: expected bin-pack or spread, got \"best\""},
    {"queues: [{name: a}]\npolicies: x\n",
     "m.yaml:2:1: unknown key \"policies\"; expected one of scorer, userLabel, groups, fairness, "
     "prices, history, queues"},
};

TEST_CASE("every kind of mistake in a queue config is told with its place") {
  for (const Mistake& mistake : kMistakes) CHECK(ErrorOf(mistake.text) == mistake.error);
}

TEST_CASE("what this version does not act on is refused, not ignored") {
  CHECK(ErrorOf("queues:\n- {name: a, zone: prefer}\n") ==
        "m.yaml:2:19: queues[0].zone: is not supported by this version; expected any, or leave it "
        "out");
  CHECK(ErrorOf("queues:\n- {name: a, autoscale: demandPods}\n") ==
        "m.yaml:2:24: queues[0].autoscale: is not supported by this version; expected driver, "
        "none, or leave it out");
  for (const char* field : {"zone: ~", "zone: one", "autoscale: provisioningRequest"}) {
    INFO(field);
    CHECK(ErrorOf(absl::StrCat("queues:\n- {name: a, ", field, "}\n"))
              .find("is not supported by this version") != std::string::npos);
  }
  CHECK(ErrorOf("queues:\n- {name: a, zone: any}\n").empty());
}

TEST_CASE("a queue's path fits into a label") {
  const std::string inner(40, 'b');
  CHECK(ErrorOf(absl::StrCat("queues:\n- name: ", std::string(63, 'a'), "\n")).empty());
  CHECK(ErrorOf(absl::StrCat("queues:\n- name: ", std::string(30, 'a'),
                             "\n  queues: [{name: ", inner, "}]\n")) ==
        absl::StrCat("m.yaml:3:19: queues[0].queues[0].name: the path of \"", inner,
                     "\" has 71 characters; expected at most 63, since it is a label's value"));
}

TEST_CASE("all errors of a config are reported at once") {
  const std::string error =
      ErrorOf("queues:\n- {name: a, weight: x, order: y}\n- {nam: b}\n- [c]\n");
  CHECK(std::count(error.begin(), error.end(), '\n') + 1 == 5);
}

}  // namespace
}  // namespace muster::codec
