// SPDX-License-Identifier: Apache-2.0
// What is known of shapes in this cycle. Room only shrinks while gangs start, so a shape that found
// none need not be tried again, whoever asks.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "scheduler/cycle/stages.h"

namespace muster {

class KnownShapes {
 public:
  // nullptr: not tried yet, or it fitted.
  const Reason* Failure(const Shape& shape) const;
  void AddFailure(const Shape& shape, const Reason& reason);

  // kNone: the empty cluster could hold it.
  const Reason& Impossible(Round& round, const Gang& gang, const Shape& shape);

 private:
  using Key = std::vector<std::pair<RoleId, int32_t>>;
  static Key KeyOf(const Shape& shape);

  std::map<Key, Reason> failures_;
  std::map<Key, Reason> impossible_;
};

}  // namespace muster
