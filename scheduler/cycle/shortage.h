// SPDX-License-Identifier: Apache-2.0
// Shortage told from fragmentation by an exact bound. A resource is short where some roles need
// more of it than there is, in sum, on the nodes that admit any of them (Hall's condition; the cut
// of a flow finds the roles that lack most). Where no resource is, enough is there, if it could be
// cut to measure.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "policies/pool.h"
#include "scheduler/cycle/slot_flow.h"

namespace muster {

// The parts whose needs exceed by most what the nodes that admit any of them hold together; of such
// sets the largest.
struct Lack {
  std::vector<bool> parts;
  bool whole = true;  // all that need any
  int64_t need = 0;
  int64_t have = 0;
};
std::optional<Lack> LargestLack(const std::vector<int64_t>& needs,
                                const std::vector<std::pair<PoolColumns::Mask, int64_t>>& have);

struct Shortage {
  uint32_t column = 0;
  Lack lack;
};

// Of the first resource that is short.
std::optional<Shortage> ShortageOf(Draft& draft, const Profile& profile, const Shape& shape,
                                   Measure measure);

}  // namespace muster
