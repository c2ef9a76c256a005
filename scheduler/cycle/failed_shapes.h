// SPDX-License-Identifier: Apache-2.0
// Shapes that found no room in this cycle. Room only shrinks while gangs start, so none of them
// need be tried again, whoever asks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scheduler/cycle/head_hold.h"

namespace muster {

class FailedShapes {
 public:
  // nullptr: not tried yet, or it fitted.
  const Reason* Find(const Shape& shape) const;
  void Add(const Shape& shape, const Reason& reason) { failures_[KeyOf(shape)] = reason; }

  // Of those that come after heads: they found no room beside what is kept for these. Limits may
  // have been in the way, so it holds for gangs of one user in one leaf.
  bool FindBehind(const Gang& gang, const Shape& shape, const Passing& passing) const {
    return behind_.contains(BehindOf(gang, shape, passing));
  }
  void AddBehind(const Gang& gang, const Shape& shape, const Passing& passing) {
    behind_.insert(BehindOf(gang, shape, passing));
  }

 private:
  using Key = std::vector<std::pair<RoleId, int32_t>>;
  using Behind = std::tuple<QueueId, std::string, Key, std::vector<GangId>>;
  static Key KeyOf(const Shape& shape);
  static Behind BehindOf(const Gang& gang, const Shape& shape, const Passing& passing);

  std::map<Key, Reason> failures_;
  std::set<Behind> behind_;
};

}  // namespace muster
