// SPDX-License-Identifier: Apache-2.0
// Why a gang waits: one code with numbers, a value; rendered late, so that a thousand refusals cost
// no strings. The codes are part of the product: dashboards and autoscalers read them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace muster {

enum class ReasonCode : uint8_t {
  kNone,
  kGangIncomplete,  // members, or the object that tells how many there will be, do not exist yet
  kQueueClosed,     // the queue left the config, or takes no new work
  kQueueQuota,      // the queue's or an ancestor's max is reached
  kUserLimit,       // the user's or the group's limit in the queue is reached
  kCapacityShort,   // too little free in sum on the nodes that admit the roles
  kFragmented,      // enough free in sum, but in pieces too small
  kPredicate,       // no node admits a role: selector, affinity, taints, or a field not supported
  kWaitingForVictims,  // gangs are being evicted for it; it starts where they were
  kBehindHead,         // strict FIFO: the head of the leaf needs these nodes first
  kBindRefused,        // the API server refused a bind; retried after a back-off
  kRepairing,          // a started gang below its minimum has no room for the lost member yet
  kNeverFits,          // more than the queue's max, or than the empty cluster could hold
  kConfigError,        // a malformed field of the pod, its conf or its template
  kForbidden,          // the namespace, service account or priority may not use the queue
};

// "CapacityShort".
absl::string_view Name(ReasonCode code);

// Subject of NeverFits where it is said of the nodes, not of a max.
inline constexpr absl::string_view kAllNodes = "the whole cluster";

struct Reason {
  ReasonCode code = ReasonCode::kNone;
  // What it is said of: a queue's path, an object, a gang ahead, a role; by code.
  std::string subject;
  std::string resource;  // the resource that is short, where one is
  int64_t need = 0;      // of `resource`, or members
  int64_t have = 0;      // free, used or existing: by code
  int64_t limit = 0;     // max, or what the empty cluster holds
  // Free text that a code needs: which filters refused how many nodes, an API server's message.
  std::string detail;
  bool at_most = false;  // the members that have room are an upper bound, not exact
  // Of Predicate: what refuses is a field of the pod, whatever nodes there are.
  bool by_field = false;
  // Of Repairing: why there is no room for what was lost.
  ReasonCode cause = ReasonCode::kNone;

  friend bool operator==(const Reason&, const Reason&) = default;
};

// Whether a new node could cure it: the pod condition then carries the reason "Unschedulable",
// which is what makes Karpenter and Cluster Autoscaler buy one. Quota and turn are never cured by
// nodes.
bool CuredByNodes(const Reason& reason);

// What would let the gang start, "starts when queue etl frees 4 cpu or its max is raised"; no
// promise that nothing else is in the way then.
std::string Unblock(const Reason& reason);

// One line with the numbers, the detail and what would unblock it, without the code: "queue etl: 36
// of 40 cpu used or held, gang needs 8; starts when …".
std::string Message(const Reason& reason);

}  // namespace muster
