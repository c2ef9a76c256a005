// SPDX-License-Identifier: Apache-2.0
// Strong ids: slots in arrival order. An id says nothing about order between two objects; ties are
// broken by ranks (names), so that a restarted daemon decides like the one before it.
#pragma once

#include <compare>
#include <cstdint>

namespace muster {

template <typename Tag>
struct Id {
  static constexpr uint32_t kNone = ~uint32_t{0};
  uint32_t value = kNone;

  bool valid() const { return value != kNone; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using NodeId = Id<struct NodeTag>;
using PodId = Id<struct PodTag>;
using GangId = Id<struct GangTag>;
using QueueId = Id<struct QueueTag>;
// A user in a leaf (queues/user_use.h).
using LeafUserId = Id<struct LeafUserTag>;
// A role class: all pods that the filters cannot tell apart.
using RoleId = Id<struct RoleTag>;

}  // namespace muster
