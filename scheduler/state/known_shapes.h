// SPDX-License-Identifier: Apache-2.0
// What the Node objects alone say of shapes: whether the empty cluster could hold them. It holds
// until an object changes, whatever starts and ends meanwhile. Derived only: dropping it changes no
// decision.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/reason.h"

namespace muster {

struct KnownShapes {
  // Role, members, and what the role is called: a literal.
  using Key = std::vector<std::tuple<RoleId, int32_t, absl::string_view>>;

  uint64_t object_changes = 0;              // of the nodes, when all this was found
  absl::btree_map<Key, Reason> impossible;  // kNone: the empty cluster could hold it
};

}  // namespace muster
