// SPDX-License-Identifier: Apache-2.0
// The gangs of one leaf that may start, in the leaf's order. Users have a line of their own, in
// arrival order by priority: only the heads of the lines are compared, so that a user's usage may
// change between two questions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policies/policy.h"

namespace muster {

class Line {
 public:
  void Add(const Gang& gang) { by_user_[gang.user].push_back(gang.id); }
  void Sort(const State& state, const GangOrder& order);

  bool empty() const { return by_user_.empty(); }
  // The gang that goes first; the line must not be empty.
  GangId First(const State& state, const GangOrder& order) const;
  GangId Pop(const State& state, const GangOrder& order);
  // One that was popped, to where it was.
  void PutBack(const Gang& gang) { by_user_[gang.user].push_back(gang.id); }

  int32_t waiting = 0;  // tried, and told why not

 private:
  using Lines = std::map<std::string, std::vector<GangId>>;
  Lines::const_iterator Best(const State& state, const GangOrder& order) const;

  Lines by_user_;  // each reversed: its head is at the back
};

}  // namespace muster
