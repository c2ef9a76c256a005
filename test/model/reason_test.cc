// SPDX-License-Identifier: Apache-2.0
// The words of every reason, as users read them in conditions, events and logs.
#include "scheduler/model/reason.h"

#include <set>

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
       "GangIncomplete", "gang has 1 of 4 members; create the rest", false},
      {{.code = ReasonCode::kGangIncomplete, .subject = "ConfigMap a/b"},
       "GangIncomplete", "waiting for ConfigMap a/b, which tells the gang's size", false},
      {{.code = ReasonCode::kQueueClosed, .subject = "etl"},
       "QueueClosed", "queue etl takes no new work", false},
      {{.code = ReasonCode::kQueueQuota, .subject = "etl", .resource = "cpu", .need = 8000,
        .have = 36000, .limit = 40000},
       "QueueQuota", "queue etl: 36 of 40 cpu used or held, gang needs 8", false},
      {{.code = ReasonCode::kQueueQuota, .subject = "etl", .have = 5, .limit = 5},
       "QueueQuota", "queue etl has 5 of 5 running gangs", false},
      {{.code = ReasonCode::kUserLimit, .subject = "user a/b in queue etl", .have = 2, .limit = 2},
       "UserLimit", "user a/b in queue etl has 2 of 2 running gangs", false},
      {{.code = ReasonCode::kUserLimit, .subject = "group night in queue etl", .resource = "memory",
        .need = int64_t{4} << 30, .have = int64_t{6} << 30, .limit = int64_t{8} << 30},
       "UserLimit", "group night in queue etl: 6Gi of 8Gi memory used or held, gang needs 4Gi",
       false},
      {{.code = ReasonCode::kWaitingForVictims, .have = 2},
       "WaitingForVictims", "starts where 2 pods are being evicted for it", false},
      {{.code = ReasonCode::kCapacityShort, .resource = "memory", .need = int64_t{8} << 30,
        .have = int64_t{3} << 30, .detail = "x"},
       "CapacityShort", "gang needs 8Gi memory, 3Gi free on the nodes that admit it; x", true},
      {{.code = ReasonCode::kFragmented, .need = 5, .have = 3},
       "Fragmented", "enough is free in sum, in pieces too small: room for 3 of 5 members", true},
      {{.code = ReasonCode::kPredicate, .subject = "executor", .detail = "5 nodes: 5 lack x"},
       "Predicate", "no node admits role executor; 5 nodes: 5 lack x", true},
      {{.code = ReasonCode::kBehindHead, .subject = "ns/big"},
       "BehindHead", "behind ns/big, which needs the same nodes first", false},
      {{.code = ReasonCode::kBindRefused, .detail = "webhook said no"},
       "BindRefused",
       "the API server refused a bind; tried again after a back-off; webhook said no", false},
      {{.code = ReasonCode::kRepairing, .need = 4, .have = 3, .detail = "x"},
       "Repairing", "started, 3 of 4 members have room; repaired before new gangs start; x", true},
      {{.code = ReasonCode::kNeverFits, .need = 9, .limit = 4, .detail = "x"},
       "NeverFits", "the empty cluster would have room for 4 of 9 members; x", false},
      {{.code = ReasonCode::kNeverFits, .subject = "max of queue etl", .resource = "cpu",
        .need = 9000, .limit = 4500},
       "NeverFits", "gang needs 9 cpu, max of queue etl allows 4500m", false},
      {{.code = ReasonCode::kConfigError, .subject = "pod a/b", .detail = "expected x"},
       "ConfigError", "pod a/b: expected x", false},
      {{.code = ReasonCode::kForbidden, .subject = "etl", .detail = "its namespaces exclude x"},
       "Forbidden", "gang may not use queue etl; its namespaces exclude x", false},
  };
  std::set<ReasonCode> codes;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(Name(row.reason.code) == row.name);
    CHECK(Message(row.reason) == row.message);
    CHECK(CuredByNodes(row.reason.code) == row.cured_by_nodes);
    codes.insert(row.reason.code);
  }
  CHECK(codes.size() == static_cast<size_t>(ReasonCode::kForbidden) + 1);  // none is left out
}

}  // namespace
}  // namespace muster
