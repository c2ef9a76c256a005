// SPDX-License-Identifier: Apache-2.0
// The judgements: what a policy may be asked. All are const and stateless; a policy is one file
// with a factory and one line in policies.inc.
//
// A filter is not asked "does this pod fit this node" but "how many of this role does each node
// take": it lowers rooms, and the minimum of all filters stands. So a thousand identical executors
// are placed in one pass, and a filter over columns can be vectorised.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "scheduler/state/state.h"

namespace muster {

// Node slots [first, last).
struct NodeRange {
  uint32_t first = 0;
  uint32_t last = 0;
};

inline constexpr int32_t kAnyRoom = 1 << 30;

class Filter {
 public:
  virtual ~Filter() = default;
  virtual absl::string_view name() const = 0;
  // Whether the answer depends on usage (asked again for each node that changed) or on the Node
  // object alone (kept until the object changes).
  virtual bool follows_usage() const { return false; }
  // Lowers rooms[node] for the nodes of the range; never raises one. `rooms` is indexed by slot.
  virtual void Limit(const RoleClass& role, const State& state, NodeRange range,
                     absl::Span<int32_t> rooms) const = 0;
  // What a node lacked, for people, completing "3 nodes …": "lack node selector pool=spark".
  virtual std::string Refusal(const RoleClass& role) const = 0;
};

// How a scorer wants several members of a role placed.
enum class Filling {
  kWhole,     // the best node as full as it goes, then the next: rates do not change meanwhile
  kOneByOne,  // rates are asked again after each member
};

inline constexpr int32_t kBestRate = 1'000'000;

class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual absl::string_view name() const = 0;
  virtual Filling filling() const = 0;
  // How good a home each node of the range is for one more, 0..kBestRate. Ties: node name.
  virtual void Rate(const RoleClass& role, const State& state, NodeRange range,
                    absl::Span<int32_t> rates) const = 0;
};

// Who goes first in a leaf queue. A strict total order over gangs of one leaf.
class GangOrder {
 public:
  virtual ~GangOrder() = default;
  virtual absl::string_view name() const = 0;
  // Priority first; within it, where `by_user` is not, arrival.
  virtual bool Before(const Gang& a, const Gang& b, const State& state) const = 0;
  // Whether what users have counts; gangs of one user go by priority and arrival in any order.
  virtual bool by_user() const = 0;
  // Whether a head that lacks room makes the rest of its leaf wait, where they share nodes.
  virtual bool strict() const = 0;
};

}  // namespace muster
