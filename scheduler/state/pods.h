// SPDX-License-Identifier: Apache-2.0
// The pods in slots, and what each counts for. A pod's footing is everything that other books (node
// columns, queue usage, its gang's counters) hold because of it: entered once, left once, so that
// no event can count a pod twice or leave a remainder.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/pod.h"

namespace muster {

enum class Standing : uint8_t {
  kNone,       // counts for nothing: another scheduler's and unbound
  kForeign,    // another scheduler's, on a node
  kGated,      // ours, scheduling gates not lifted
  kWaiting,    // ours, to be placed
  kLeaving,    // ours, deleted before it had a node
  kAssumed,    // ours, bound by our decision; the API server has not said so yet
  kBound,      // ours, on a node
  kDeparting,  // ours, on a node, being deleted: uses its room, is no member to count on
  kSucceeded,
  kFailed,
};

inline bool OnNode(Standing standing) {
  return standing == Standing::kForeign || standing == Standing::kAssumed ||
         standing == Standing::kBound || standing == Standing::kDeparting;
}

struct Footing {
  Standing standing = Standing::kNone;
  NodeId node;  // valid iff OnNode
  RoleId role;
  GangId gang;    // of ours only
  QueueId queue;  // charged with the pod; valid only where it was
  bool faulty = false;
  friend bool operator==(const Footing&, const Footing&) = default;
};

struct PodSlot {
  Pod pod;
  Footing footing;
  NodeId assumed;          // where our decision put it, until the API server's word replaces it
  bool accepted = false;   // the API server accepted the bind of this decision
  bool evicting = false;   // by our decision; undone where the API server refuses
  GangId evicted_for;      // valid while `evicting`
  bool given_up = false;   // of a half-bound gang that was released: to be deleted
  int32_t refusals = 0;    // of the current start
  uint32_t member_at = 0;  // index in its gang's members
  RoleId role;             // class of pod.role
  int32_t declared = 0;    // what its gang counts of it (Gang::declared, Gang::stamped)
  int32_t stamped = 0;
  bool in_use = false;
};

class Pods {
 public:
  // Invalid where there is none.
  PodId Find(absl::string_view uid) const;
  PodId Add(absl::string_view uid);
  // What Add would give.
  PodId Next() const {
    return unused_.empty() ? PodId{static_cast<uint32_t>(slots_.size())} : unused_.back();
  }
  void Remove(PodId id);

  PodSlot& at(PodId id) { return slots_[id.value]; }
  const PodSlot& at(PodId id) const { return slots_[id.value]; }
  const std::vector<PodSlot>& slots() const { return slots_; }
  size_t count() const { return by_uid_.size(); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(by_uid_, slots_, unused_);
  }

 private:
  absl::btree_map<std::string, PodId> by_uid_;
  std::vector<PodSlot> slots_;
  std::vector<PodId> unused_;
};

}  // namespace muster
