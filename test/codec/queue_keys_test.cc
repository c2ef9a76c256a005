// SPDX-License-Identifier: Apache-2.0
// Limits, permissions and templates of a queue config: what each key becomes, and what is said of
// each mistake.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"

namespace muster::codec {
namespace {

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<QueueConfig> config = ParseQueueConfig("m.yaml", text);
  return config.ok() ? "" : std::string(config.status().message());
}

TEST_CASE("every key of a queue is read") {
  const absl::StatusOr<QueueConfig> config = ParseQueueConfig("m.yaml", R"(
userLabel: muster.dev/user
groups: {night: ["team-a/*", jane], day: ["*"]}
fairness: {halfLife: 90m}
queues:
- name: etl
  maxRunning: 7
  users:
    default: {maxRunning: 5}
    team-a/spark: {max: {cpu: 40, memory: 0}}
    jane.doe: {maxRunning: 0}
  groups: {night: {maxRunning: 2, max: {cpu: 100}}, default: {maxRunning: 9}}
  state: draining
  priority: -3
  maxPriority: 1000
  preemptible: false
  reclaimable: false
  minRuntime: 5m
  evictionsPerHour: 20
  order: fair
  backfill: true
  starveAfter: 15m
  autoscale: driver
  scaleAfter: 1m
  maxUnbacked: 4
  namespaces: [team-a, "etl-*"]
  serviceAccounts: ["*/spark", team-a/ci]
  perNamespace: true
- name: plain
)");
  INFO(config.status().ToString());
  REQUIRE(config.ok());
  CHECK(config->user_label == "muster.dev/user");
  CHECK(config->half_life == absl::Minutes(90));
  CHECK(config->groups.at("night") == std::vector<std::string>{"team-a/*", "jane"});
  CHECK(config->groups.size() == 2);
  QueueSpec etl;
  etl.name = "etl";
  etl.max_running = 7;
  etl.autoscale = Autoscale::kDriver;
  etl.scale_after = absl::Minutes(1);
  etl.max_unbacked = 4;
  etl.users.otherwise = UseLimit{5, {}};
  etl.users.named["team-a/spark"].max.Set(kCpu, 40000);
  etl.users.named["team-a/spark"].max.Set(kMemory, 0, /*keep_zero=*/true);
  etl.users.named["jane.doe"].max_running = 0;
  etl.groups.otherwise = UseLimit{9, {}};
  etl.groups.named["night"] = UseLimit{2, {{kCpu, 100000}}};
  etl.state = QueueState::kDraining;
  etl.priority = -3;
  etl.max_priority = 1000;
  etl.preemptible = false;
  etl.reclaimable = false;
  etl.min_runtime = absl::Minutes(5);
  etl.evictions_per_hour = 20;
  etl.order = LeafOrder::kFair;
  etl.backfill = true;
  etl.starve_after = absl::Minutes(15);
  etl.namespaces = {"team-a", "etl-*"};
  etl.service_accounts = {"*/spark", "team-a/ci"};
  etl.per_namespace = true;
  CHECK(config->queues[0] == etl);
  QueueSpec plain;
  plain.name = "plain";
  CHECK(config->queues[1] == plain);  // what is not written is what it says in queue_spec.h
}

TEST_CASE("what holds below a queue may be said of an inner one") {
  CHECK(ErrorOf("queues:\n- name: a\n  maxRunning: 3\n  users: {default: {maxRunning: 1}}\n"
                "  state: closed\n  priority: 1\n  maxPriority: 5\n  preemptible: false\n"
                "  reclaimable: true\n  minRuntime: 1m\n  evictionsPerHour: 0\n"
                "  queues: [{name: b}]\n")
            .empty());
}

struct Mistake {
  const char* field;  // of a queue that begins in line 2, column 14
  const char* error;  // after "m.yaml:2:"
};
const Mistake kMistakes[] = {
    {"maxRunning: 0",
     "26: queues[0].maxRunning: expected a whole number from 1 to 1000000, got \"0\""},
    {"maxRunning: many",
     "26: queues[0].maxRunning: expected a whole number from 1 to 1000000, got \"many\""},
    {"users: 5", "21: queues[0].users: expected a mapping, got \"5\""},
    {"users: {}", "21: queues[0].users: expected default, or a user by name"},
    {"users: {default: {}}", "31: queues[0].users.default: expected maxRunning or max"},
    {"users: {default: {maxRunning: -1}}",
     "44: queues[0].users.default.maxRunning: expected a whole number from 0 to 1000000, got "
     "\"-1\""},
    {"users: {default: {maxrunning: 1}}",
     "31: queues[0].users.default: expected maxRunning or max\n"
     "m.yaml:2:32: queues[0].users.default: unknown key \"maxrunning\"; did you mean "
     "\"maxRunning\"?"},
    {"users: {default: {max: {cpus: 1}}}",
     "38: queues[0].users.default.max: unknown resource \"cpus\"; did you mean \"cpu\"?"},
    {"users: {default: {max: {cpu: -1}}}",
     "43: queues[0].users.default.max.cpu: \"-1\" is negative; expected a quantity of 0 or more"},
    {"users: {jane: {maxRunning: 1}}",
     "22: queues[0].users: expected default or a user, the namespace/name of a service account, "
     "got \"jane\"; other names need userLabel: muster.dev/user"},
    {"users: {\"team-*/spark\": {maxRunning: 1}}",
     "22: queues[0].users: expected default or a user, the namespace/name of a service account, "
     "got \"team-*/spark\"; other names need userLabel: muster.dev/user"},
    {"users: {a/b/c: {maxRunning: 1}}",
     "22: queues[0].users: expected default or a user, the namespace/name of a service account, "
     "got \"a/b/c\"; other names need userLabel: muster.dev/user"},
    {"groups: {nigth: {maxRunning: 1}}",
     "23: queues[0].groups: no group is called \"nigth\"; did you mean \"night\"?"},
    {"groups: {everybody: {maxRunning: 1}}",
     "23: queues[0].groups: no group is called \"everybody\"; expected default, or a key of groups "
     "at the top level"},
    {"groups: []", "22: queues[0].groups: expected a mapping, got a list"},
    {"state: paused", "21: queues[0].state: expected open or draining or closed, got \"paused\""},
    {"priority: 1000000001",
     "24: queues[0].priority: expected a whole number from -1000000000 to 1000000000, got "
     "\"1000000001\""},
    {"maxPriority: 2147483648",
     "27: queues[0].maxPriority: expected a whole number from -2147483648 to 2147483647, got "
     "\"2147483648\""},
    {"maxPriority: high",
     "27: queues[0].maxPriority: expected a whole number from -2147483648 to 2147483647, got "
     "\"high\""},
    {"preemptible: yes", "27: queues[0].preemptible: expected true or false, got \"yes\""},
    {"reclaimable: 0", "27: queues[0].reclaimable: expected true or false, got \"0\""},
    {"backfill: []", "24: queues[0].backfill: expected true or false, got a list"},
    {"minRuntime: 0s", "26: queues[0].minRuntime: expected a duration longer than 0s, got \"0s\""},
    {"minRuntime: 5",
     "26: queues[0].minRuntime: expected a duration such as 90s, 10m or 1h30m, got "
     "\"5\""},
    {"starveAfter: -1m",
     "27: queues[0].starveAfter: expected a duration such as 90s, 10m or 1h30m, "
     "got \"-1m\""},
    {"evictionsPerHour: -1",
     "32: queues[0].evictionsPerHour: expected a whole number from 0 to 1000000, got \"-1\""},
    {"serviceAccounts: []",
     "31: queues[0].serviceAccounts: expected at least one; without this key every service account "
     "may submit"},
    {"serviceAccounts: [spark]",
     "32: queues[0].serviceAccounts[0]: expected namespace/name of a service account, or a pattern "
     "with * and ? such as */spark, got \"spark\""},
    {"serviceAccounts: [a/b, c]",
     "37: queues[0].serviceAccounts[1]: expected namespace/name of a service account, or a pattern "
     "with * and ? such as */spark, got \"c\""},
    {"perNamespace: true",
     "28: queues[0].perNamespace: expected the key namespaces beside it: each gets a queue of its "
     "own"},
    {"perNamespace: true, namespaces: [\"t-*\"], guaranteed: {cpu: 1}",
     "28: queues[0].perNamespace: each namespace is guaranteed something, and \"t-*\" may match "
     "any "
     "number of them; expected namespaces without wildcards, or no guaranteed"},
    {"autoscale: nodes", "25: queues[0].autoscale: expected none or driver, got \"nodes\""},
    {"scaleAfter: 15s",
     "26: queues[0].scaleAfter: expected the key autoscale: driver beside it, got \"15s\""},
    {"autoscale: none, maxUnbacked: 1",
     "44: queues[0].maxUnbacked: expected the key autoscale: driver beside it, got \"1\""},
    {"autoscale: driver, scaleAfter: soon",
     "45: queues[0].scaleAfter: expected a duration such as 90s, 10m or 1h30m, got \"soon\""},
    {"autoscale: driver, maxUnbacked: 0",
     "46: queues[0].maxUnbacked: expected a whole number from 1 to 1000000, got \"0\""},
    {"fairness: {halfLife: 1h}",
     "14: queues[0]: unknown key \"fairness\"; expected one of name, weight, guaranteed, max, "
     "maxRunning, users, groups, state, priority, maxPriority, preemptible, reclaimable, "
     "minRuntime, evictionsPerHour, zone, queues, order, backfill, starveAfter, autoscale, "
     "scaleAfter, maxUnbacked, serviceAccounts, perNamespace, namespaces"},
};

TEST_CASE("every mistake in a queue's limits and permissions is told with its place") {
  for (const Mistake& mistake : kMistakes) {
    CHECK(ErrorOf(absl::StrCat("queues:\n- {name: ab, ", mistake.field,
                               "}\ngroups: {night: [\"a/*\"]}\n")) ==
          absl::StrCat("m.yaml:2:", mistake.error));
  }
}

struct Config {
  const char* text;
  const char* error;
};
const Config kConfigs[] = {
    {"userLabel: team\nqueues: [{name: a}]\n",
     "m.yaml:1:12: userLabel: expected muster.dev/user, got \"team\""},
    {"userLabel: muster.dev/user\nqueues: [{name: a, users: {\"j*\": {maxRunning: 1}}}]\n",
     "m.yaml:2:28: queues[0].users: expected default or a user, the namespace/name of a service "
     "account or a value of label muster.dev/user, got \"j*\""},
    {"fairness: {}\nqueues: [{name: a}]\n",
     "m.yaml:1:11: fairness: the key \"halfLife\" is missing; expected a duration such as 1h"},
    {"fairness: {halfLife: 0h}\nqueues: [{name: a}]\n",
     "m.yaml:1:22: fairness.halfLife: expected a duration longer than 0s; without this key past "
     "use does not count, got \"0h\""},
    {"fairness: {halfLife: 1h, window: 2h}\nqueues: [{name: a}]\n",
     "m.yaml:1:26: fairness: unknown key \"window\"; expected one of halfLife"},
    {"groups: {default: [x]}\nqueues: [{name: a}]\n",
     "m.yaml:1:10: groups: expected a group's name, of letters, digits, - and _ and not default, "
     "got \"default\""},
    {"groups: {a b: [x]}\nqueues: [{name: a}]\n",
     "m.yaml:1:10: groups: expected a group's name, of letters, digits, - and _ and not default, "
     "got \"a b\""},
    {"groups: {a: []}\nqueues: [{name: a}]\n", "m.yaml:1:13: groups.a: expected at least one user"},
    {"groups: {a: jane}\nqueues: [{name: a}]\n",
     "m.yaml:1:13: groups.a: expected a list, got \"jane\""},
    {"groups: {a: [x, \"y z\"]}\nqueues: [{name: a}]\n",
     "m.yaml:1:17: groups.a[1]: expected a user, or a pattern of users with * and ?, got the text "
     "\"y z\""},
    // Leaf keys on an inner queue.
    {"queues:\n- name: a\n  backfill: true\n  starveAfter: 1m\n  autoscale: driver\n"
     "  serviceAccounts: [x/y]\n  perNamespace: true\n  queues: [{name: b}]\n",
     "m.yaml:3:13: queues[0].backfill: only a queue without inner queues has this\n"
     "m.yaml:4:16: queues[0].starveAfter: only a queue without inner queues has this\n"
     "m.yaml:5:14: queues[0].autoscale: only a queue without inner queues has this\n"
     "m.yaml:6:20: queues[0].serviceAccounts: only a queue without inner queues has this\n"
     "m.yaml:7:17: queues[0].perNamespace: only a queue without inner queues has this"},
    // Guarantees, three levels deep: whatever exceeds a max above exceeds a guarantee on the way.
    {"queues:\n- name: a\n  max: {cpu: 5}\n  guaranteed: {cpu: 4}\n  queues:\n"
     "  - name: b\n    guaranteed: {cpu: 3}\n    queues:\n"
     "    - {name: c, guaranteed: {cpu: 2}}\n    - {name: d, guaranteed: {cpu: 4}}\n"
     "  - {name: e, guaranteed: {cpu: 1500m}}\n",
     "m.yaml:4:15: queues[0].guaranteed: the inner queues of a are guaranteed 4500m cpu in sum; "
     "expected at most the 4 guaranteed to a\n"
     "m.yaml:7:17: queues[0].queues[0].guaranteed: the inner queues of a.b are guaranteed 6 cpu in "
     "sum; expected at most the 3 guaranteed to a.b"},
    {"queues:\n- name: a\n  guaranteed: {cpu: 4}\n  queues:\n"
     "  - {name: t, perNamespace: true, namespaces: [x, y, z], guaranteed: {cpu: 2}}\n",
     "m.yaml:3:15: queues[0].guaranteed: the inner queues of a are guaranteed 6 cpu in sum; "
     "expected at most the 4 guaranteed to a"},
    // Not reclaimable, and nothing guaranteed.
    {"queues:\n- {name: a, guaranteed: {cpu: 4}}\n- {name: b, reclaimable: false}\n",
     "m.yaml:3:26: queues[1].reclaimable: the queue is not reclaimable, so it stays within what it "
     "is guaranteed, and its sibling a is guaranteed cpu: it could never start a gang; expected a "
     "guaranteed cpu of its own, or reclaimable: true"},
    {"queues:\n- name: top\n  reclaimable: false\n  guaranteed: {memory: 4Gi}\n  queues:\n"
     "  - {name: a, guaranteed: {memory: 4Gi}}\n  - {name: b}\n",
     "m.yaml:7:5: queues[0].queues[1]: the queue is not reclaimable, so it stays within what it is "
     "guaranteed, and its sibling a is guaranteed memory: it could never start a gang; expected a "
     "guaranteed memory of its own, or reclaimable: true"},
    // A namespace of a template is no other queue's.
    {"queues:\n- {name: a, perNamespace: true, namespaces: [\"t-*\"]}\n"
     "- {name: b, namespaces: [t-1]}\n",
     "m.yaml:3:26: queues[1].namespaces[0]: namespace \"t-1\" of queue b overlaps \"t-*\" of queue "
     "a (line 2); expected each namespace to belong to one queue"},
};

TEST_CASE("every mistake between keys of a queue config is told with its place") {
  for (const Config& config : kConfigs) CHECK(ErrorOf(config.text) == config.error);
}

TEST_CASE("a queue that is not reclaimable needs no guarantee where no sibling has one") {
  CHECK(ErrorOf("queues:\n- {name: a}\n- {name: b, reclaimable: false}\n").empty());
  CHECK(ErrorOf("queues:\n- {name: a, guaranteed: {nvidia.com/gpu: 4}}\n"
                "- {name: b, reclaimable: false}\n")
            .empty());  // it starts what needs no such thing
  CHECK(ErrorOf("queues:\n- {name: a, reclaimable: false, guaranteed: {cpu: 4}}\n"
                "- {name: b, reclaimable: false, guaranteed: {cpu: 1}}\n")
            .empty());
}

}  // namespace
}  // namespace muster::codec
