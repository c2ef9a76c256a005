// SPDX-License-Identifier: Apache-2.0
// A user in a leaf, as a key that is looked up without a copy of the user's name.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "scheduler/model/ids.h"

namespace muster {

using LeafUser = std::pair<QueueId, std::string>;
using LeafUserView = std::pair<QueueId, absl::string_view>;

struct LeafUserLess {
  using is_transparent = void;
  bool operator()(const LeafUserView& a, const LeafUserView& b) const { return a < b; }
};

}  // namespace muster
