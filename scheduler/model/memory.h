// SPDX-License-Identifier: Apache-2.0
// What pods and config cannot tell a restarted daemon: kept in one small object of Muster's own and
// written before the first eviction of a claim. Names, not ids: they outlive the process. Losing it
// costs history and open claims, never a pod or an account. Everything is sorted, so that equal
// memories are equal bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/resource_list.h"

namespace muster {

// Room of victims, promised to a gang. Members are named by the part of the gang's shape that they
// belong to: its roles in the order in which its pods arrived.
struct ClaimRecord {
  struct Room {
    int32_t part = 0;
    std::string node;
    int32_t count = 0;
    friend auto operator<=>(const Room&, const Room&) = default;
  };
  // Of one gang: pods that are to go, by uid in the order in which they go. Whoever finds one that
  // does not go yet ends what was begun.
  struct Victim {
    bool whole = true;
    std::vector<std::string> pods;
    friend auto operator<=>(const Victim&, const Victim&) = default;
  };
  std::string opener_uid;
  absl::Time until;
  std::vector<Room> rooms;
  std::vector<Victim> victims;
  friend bool operator==(const ClaimRecord&, const ClaimRecord&) = default;
};

// How long gangs of one app name ran in a queue: the newest last, few.
struct RunTimes {
  std::string queue;
  std::string app;
  std::vector<int64_t> seconds;
  friend bool operator==(const RunTimes&, const RunTimes&) = default;
};

// Average use up to `at`, forgotten by halves (queues/past_use.h). Of a queue, or of a user in a
// leaf.
struct PastUse {
  std::string queue;
  std::string user;  // empty: the queue's
  absl::Time at;
  ResourceList average;
  friend bool operator==(const PastUse&, const PastUse&) = default;
};

struct PastEviction {
  std::string queue;
  absl::Time at;
  friend bool operator==(const PastEviction&, const PastEviction&) = default;
};

struct Memory {
  std::vector<ClaimRecord> claims;
  std::vector<RunTimes> run_times;
  std::vector<PastUse> past_use;
  std::vector<PastEviction> evictions;  // of the last hour
  // One member of each gang that has started and does not look it (model/gang.h), by uid: bound,
  // or else waiting. It would be taken for half-bound, and what is left of it be deleted.
  std::vector<std::string> started;
  friend bool operator==(const Memory&, const Memory&) = default;
};

}  // namespace muster
