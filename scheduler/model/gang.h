// SPDX-License-Identifier: Apache-2.0
// A gang: pods that start together or not at all. A Spark job is one gang (the driver and the
// executors it cannot run without); pods that share the label muster.dev/gang are one; any other
// pod is a gang of one.
//
//        members exist,          first bind            the minimum is bound
//        quota, room              accepted              (Spark: or held)
//   kWaiting ───────────► kStarting ─────────────────────────► kStarted ──► kEnded
//       ▲                     │ no placement exists, or a          │ below its floor: degraded,
//       └──── released ◄──────┘ member refused twice               └ repaired before new starts
//
// A gang is half-bound while kStarting: it is completed on any nodes within 5 s or released. A
// started gang is never released. Invariant: every live member that is bound or assumed, and every
// hold, is counted on its node and on its queue, exactly once (state/audit.h checks it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/counted_max.h"
#include "scheduler/model/forecast.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/reason.h"

namespace muster {

enum class GangKind : uint8_t { kSingle, kDeclared, kSpark };

enum class GangState : uint8_t { kWaiting, kStarting, kStarted, kEnded };

// Room on a node for members that do not exist yet.
struct HoldSlot {
  NodeId node;
  int32_t count = 0;
  friend bool operator==(const HoldSlot&, const HoldSlot&) = default;
};

// The room of a lost member, kept for its replacement until `until` (repairGrace).
struct RepairHold {
  RoleId role;
  NodeId node;
  absl::Time until;
  friend bool operator==(const RepairHold&, const RepairHold&) = default;
};

// Room that evictions free for a gang: kept for it, and counted as held, until it starts there.
struct ClaimSlot {
  RoleId role;
  NodeId node;
  int32_t count = 0;
  friend bool operator==(const ClaimSlot&, const ClaimSlot&) = default;
};

// What every decision looks at stands first, close together; names last.
struct Gang {
  GangId id;
  GangKind kind = GangKind::kSingle;
  GangState state = GangState::kWaiting;
  bool preempts = true;  // may have others evicted
  bool counted = false;  // among the running gangs of its queue and user
  bool evicted = false;  // whole, by our decision: what it still creates is never placed
  // Whether the minimum has been bound whole once: from then on missing members are repaired, and
  // no longer held for.
  bool full = false;
  bool looks_unstarted = false;  // LooksUnstarted, when something of it last changed

  QueueId queue;         // invalid while the gang may use none: `refusal` says why
  LeafUserId leaf_user;  // the user in that queue; valid iff the queue is
  int32_t priority = 0;
  // Its number in order of arrival (state/arrivals.h); 0: it has none now.
  uint64_t arrival = 0;
  absl::Time created;
  absl::Time began = absl::InfiniteFuture();  // when its first member was bound
  // By the estimate with which it began; infinite: unknown.
  absl::Time ends = absl::InfiniteFuture();

  // Members without which the gang does not start, driver included. Spark: 1 + forecast.start.
  int32_t minimum = 1;
  // Members that a started gang keeps: Spark 1 + forecast.floor, else the minimum.
  int32_t floor = 1;
  // Members that have room without standing in line, bound ones included: the minimum at the start,
  // the floor after the first full start, less what has succeeded. What is missing to it is held,
  // or repaired first; waiting members above it are growth.
  int32_t promised = 0;
  int32_t bound = 0;     // assumed or bound, not terminal
  int32_t accepted = 0;  // of these: known to the API server
  int32_t ever = 0;      // of `bound` and the ended: members that once had a node
  int32_t succeeded = 0;
  int32_t faulty = 0;  // waiting members with a config_error

  // All that exist, ended ones too, in no order; the gang is forgotten when there are none.
  std::vector<PodId> members;
  // Of these, in arrival order: without a node, not gated, not leaving.
  std::vector<PodId> waiting;
  std::vector<HoldSlot> holds;  // Spark only
  std::vector<RepairHold> repairs;
  absl::Time holds_until = absl::InfiniteFuture();
  absl::Duration runtime;  // the user's estimate; zero: none

  // Room that is being freed for it (kWaiting only): counted on nodes and queue as held, so that a
  // node may be promised beyond its capacity until the victims are gone.
  std::vector<ClaimSlot> claim;
  std::vector<PodId> victims;  // evicted for it, and not gone yet when the claim was made
  absl::Time claim_until = absl::InfiniteFuture();
  // Since when decisions have found it waiting for nodes alone, in a leaf with `autoscale: driver`;
  // infinite: they have not.
  absl::Time short_since = absl::InfiniteFuture();
  absl::Time spared_until = absl::InfinitePast();  // an eviction was refused: no victim till then

  absl::Time first_bind;  // of the current start
  int32_t refusals = 0;   // of the current start
  int32_t releases = 0;   // starts that were given up; drives the back-off
  absl::Time backoff_until = absl::InfinitePast();

  CountedMax declared;  // minima that living members declare
  CountedMax stamped;   // minima in the stamps of those that are bound

  // Spark only.
  PodId driver;
  RoleId executor;  // the class that holds are of; replaced by the first real executor's
  bool driver_runs = false;
  bool executor_seen = false;
  std::optional<Forecast> forecast;
  std::string missing;  // object that the forecast waits for

  // Identity: namespace and name (Spark: spark-app-selector; declared: the label; single: the pod's
  // name). A name whose members have all ended starts a new gang.
  std::string ns;
  std::string name;
  std::string key;  // of the state's index

  // Authority: of the pod that opened the gang. Later members' own labels are ignored.
  std::string opener_uid;
  std::string account;  // service account, "ns/name"
  std::string user;     // the same, or what the protected label says
  std::string queue_label;
  std::string app;  // for run-time history; empty: none
  // Opener of the head that it was let pass because it would have ended in time. Not remembered
  // through a restart.
  std::string passed;

  std::string refused_message;  // the API server's last refusal
  Reason refusal;               // of the queue: Forbidden, ConfigError, QueueClosed
};

// Arrival, the last word of every order: creation time, then namespace/name, then the opener's UID,
// so that a restarted daemon orders like the one before it. Numbers say the same, faster.
bool ArrivedBeforeByName(const Gang& a, const Gang& b);
inline bool ArrivedBefore(const Gang& a, const Gang& b) {
  return a.arrival > 0 && b.arrival > 0 ? a.arrival < b.arrival : ArrivedBeforeByName(a, b);
}

// "namespace/name".
std::string FullName(const Gang& gang);

int32_t HeldMembers(const Gang& gang);

// Whether it has started and who reads its pods alone would not know: some of its minimum are gone,
// or all that ran has ended and others wait. Remembered (model/memory.h).
bool LooksUnstarted(const Gang& gang);

}  // namespace muster
