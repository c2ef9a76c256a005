// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/line.h"

#include <algorithm>

namespace muster {

void Line::Sort(const State& state, const GangOrder& order) {
  for (auto& [user, gangs] : by_user_) {
    std::sort(gangs.begin(), gangs.end(), [&state, &order](GangId a, GangId b) {
      return order.Before(state.gang(b), state.gang(a), state);
    });
  }
}

Line::Lines::const_iterator Line::Best(const State& state, const GangOrder& order) const {
  auto best = by_user_.begin();
  for (auto user = std::next(best); user != by_user_.end(); ++user) {
    if (order.Before(state.gang(user->second.back()), state.gang(best->second.back()), state)) {
      best = user;
    }
  }
  return best;
}

GangId Line::First(const State& state, const GangOrder& order) const {
  return Best(state, order)->second.back();
}

GangId Line::Pop(const State& state, const GangOrder& order) {
  const auto best = by_user_.find(Best(state, order)->first);
  const GangId gang = best->second.back();
  best->second.pop_back();
  if (best->second.empty()) by_user_.erase(best);
  return gang;
}

}  // namespace muster
