// SPDX-License-Identifier: Apache-2.0
// The words of every reason, as users read them in conditions, events and logs.
#include "scheduler/model/reason.h"

#include <set>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"

namespace muster {
namespace {

TEST_CASE("every reason is one sentence with its numbers") {
  struct Row {
    Reason reason;
    const char* name;
    const char* message;
    bool cured_by_nodes;
  };
  const std::vector<Row> rows = {
      {{.code = ReasonCode::kNone}, "None", "", false},
      {{.code = ReasonCode::kGangIncomplete, .need = 4, .have = 1},
       "GangIncomplete",
       "gang has 1 of 4 members; starts when 3 more exist",
       false},
      {{.code = ReasonCode::kGangIncomplete, .subject = "ConfigMap a/b"},
       "GangIncomplete",
       "waiting for ConfigMap a/b, which tells the gang's size; starts when it can be read",
       false},
      {{.code = ReasonCode::kQueueClosed, .subject = "etl"},
       "QueueClosed",
       "queue etl takes no new work; starts when the queue is open again",
       false},
      {{.code = ReasonCode::kQueueQuota,
        .subject = "etl",
        .resource = "cpu",
        .need = 8000,
        .have = 36000,
        .limit = 40000},
       "QueueQuota",
       "queue etl: 36 of 40 cpu used or held, gang needs 8; starts when the queue frees 4 cpu or "
       "its max is raised",
       false},
      {{.code = ReasonCode::kQueueQuota, .subject = "etl", .need = 1, .have = 5, .limit = 5},
       "QueueQuota",
       "queue etl has 5 of 5 running gangs; starts when one of them ends or its maxRunning is "
       "raised",
       false},
      {{.code = ReasonCode::kUserLimit,
        .subject = "user ns/ann in queue etl",
        .resource = "cpu",
        .need = 2000,
        .have = 4000,
        .limit = 4500},
       "UserLimit",
       "user ns/ann in queue etl: 4 of 4500m cpu used or held, gang needs 2; starts when user "
       "ns/ann in queue etl frees 1500m cpu or the limit is raised",
       false},
      {{.code = ReasonCode::kUserLimit,
        .subject = "user ns/ann in queue etl",
        .need = 1,
        .have = 2,
        .limit = 2},
       "UserLimit",
       "user ns/ann in queue etl has 2 of 2 running gangs; starts when one of them ends or the "
       "limit is raised",
       false},
      {{.code = ReasonCode::kCapacityShort,
        .resource = "memory",
        .need = int64_t{8} << 30,
        .have = int64_t{3} << 30,
        .detail = "x"},
       "CapacityShort",
       "gang needs 8Gi memory, 3Gi free on the nodes that admit it; x; starts when at least 5Gi "
       "memory more become free",
       true},
      {{.code = ReasonCode::kCapacityShort,
        .subject = "12 executors",
        .resource = "cpu",
        .need = 12000,
        .have = 9000},
       "CapacityShort",
       "gang needs 12 cpu for 12 executors, 9 free on the nodes that admit these; starts when at "
       "least 3 cpu more become free",
       true},
      {{.code = ReasonCode::kFragmented, .need = 5, .have = 3},
       "Fragmented",
       "enough is free in sum, in pieces too small: room for 3 of 5 members; starts when nodes "
       "have room for 2 more",
       true},
      {{.code = ReasonCode::kFragmented, .need = 5, .have = 4, .detail = "x", .at_most = true},
       "Fragmented",
       "enough is free in sum, in pieces too small: room for at most 4 of 5 members; x; starts "
       "when nodes have room for at least 1 more",
       true},
      {{.code = ReasonCode::kPredicate, .subject = "executor", .detail = "5 nodes: 5 lack x"},
       "Predicate",
       "no node admits role executor; 5 nodes: 5 lack x; starts when a node that admits it joins",
       true},
      {{.code = ReasonCode::kPredicate, .subject = "executor", .detail = "x", .by_field = true},
       "Predicate",
       "no node admits role executor; x; starts when it does without that field",
       false},
      {{.code = ReasonCode::kWaitingForVictims, .have = 1},
       "WaitingForVictims",
       "1 pod is being evicted for it; starts when it is gone",
       false},
      {{.code = ReasonCode::kWaitingForVictims, .have = 3, .detail = "x"},
       "WaitingForVictims",
       "3 pods are being evicted for it; x; starts when they are gone",
       false},
      {{.code = ReasonCode::kBehindHead, .subject = "ns/big"},
       "BehindHead",
       "behind ns/big, which needs the same nodes first; starts after it",
       false},
      {{.code = ReasonCode::kBindRefused, .detail = "webhook said no"},
       "BindRefused",
       "the API server refused a bind; webhook said no; tried again after a back-off",
       false},
      {{.code = ReasonCode::kRepairing,
        .need = 4,
        .have = 3,
        .detail = "x",
        .cause = ReasonCode::kCapacityShort},
       "Repairing",
       "started, 3 of 4 members have room; x; repaired before new gangs start",
       true},
      {{.code = ReasonCode::kRepairing, .need = 4, .have = 3, .cause = ReasonCode::kQueueQuota},
       "Repairing",
       "started, 3 of 4 members have room; repaired before new gangs start",
       false},
      {{.code = ReasonCode::kNeverFits, .need = 9, .limit = 4, .detail = "x"},
       "NeverFits",
       "the empty cluster would have room for 4 of 9 members; x; starts when nodes are added that "
       "hold it, or it asks for less",
       false},
      {{.code = ReasonCode::kNeverFits, .need = 9, .limit = 8, .at_most = true},
       "NeverFits",
       "the empty cluster would have room for at most 8 of 9 members; starts when nodes are added "
       "that hold it, or it asks for less",
       false},
      {{.code = ReasonCode::kNeverFits,
        .subject = "the whole cluster",
        .resource = "cpu",
        .need = 9000,
        .limit = 4000},
       "NeverFits",
       "gang needs 9 cpu, the whole cluster allows 4; starts when nodes are added that hold it, or "
       "it asks for less",
       false},
      {{.code = ReasonCode::kNeverFits,
        .subject = "max of queue etl",
        .resource = "cpu",
        .need = 9000,
        .limit = 4500},
       "NeverFits",
       "gang needs 9 cpu, max of queue etl allows 4500m; starts when that is raised to 9 cpu, or "
       "it asks for less",
       false},
      {{.code = ReasonCode::kConfigError, .subject = "pod a/b", .detail = "expected x"},
       "ConfigError",
       "pod a/b: expected x; starts when that is corrected",
       false},
      {{.code = ReasonCode::kForbidden, .subject = "etl", .detail = "its namespaces exclude x"},
       "Forbidden",
       "gang may not use queue etl; its namespaces exclude x; starts when the config allows it",
       false},
  };
  std::set<ReasonCode> codes;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(Name(row.reason.code) == row.name);
    CHECK(Message(row.reason) == row.message);
    CHECK(CuredByNodes(row.reason) == row.cured_by_nodes);
    CHECK(absl::EndsWith(row.message, Unblock(row.reason)));
    CHECK(Unblock(row.reason).empty() == (row.reason.code == ReasonCode::kNone));
    codes.insert(row.reason.code);
  }
  CHECK(codes.size() == static_cast<size_t>(ReasonCode::kForbidden) + 1);  // none is left out
}

}  // namespace
}  // namespace muster
