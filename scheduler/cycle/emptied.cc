// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/emptied.h"

#include <algorithm>

#include "scheduler/cycle/search.h"

namespace muster {

namespace {

constexpr size_t kMostVisits = 2'000'000;  // some milliseconds, when a node has changed

}  // namespace

int64_t EmptiedRoom(Draft& draft, const Profile& profile, const RoleClass& role, int64_t enough) {
  const auto admission = AdmissionOf(draft, profile, role.id);
  const Nodes& nodes = draft.state().nodes();
  int64_t sum = 0;
  for (uint32_t i = 0; i < nodes.size() && sum < enough; ++i) {
    if (admission[i] <= 0) continue;
    int64_t room = enough;
    for (size_t column = 0; column < role.each.size(); ++column) {
      if (role.each[column] <= 0) continue;
      const auto all = nodes.allocatable(column);
      room = std::min(room, all.empty() ? 0 : all[i] / role.each[column]);
    }
    sum += room;
  }
  return std::min(sum, enough);
}

bool FitsEmptied(Draft& draft, const Profile& profile, const Shape& shape) {
  if (shape.empty()) return true;
  return SearchPlaces(draft, profile, shape, Measure::kAllocatable, kMostVisits).outcome !=
         Found::kNone;
}

}  // namespace muster
