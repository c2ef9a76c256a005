// SPDX-License-Identifier: Apache-2.0
// What each waiting gang needs to start. A backlog is asked in every cycle and changes rarely, so
// that this is worked out once, and anew when a gang's members, its minimum or its forecast have
// changed. Derived only: dropping it changes no decision.
#pragma once

#include <cstdint>
#include <deque>

#include "scheduler/model/amounts.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/shape.h"
#include "scheduler/state/askers.h"

namespace muster {

class StartShapes {
 public:
  struct Need {
    bool known = false;
    Shape shape;  // see StartShape (cycle/shape.h)
    Amounts sum;
    uint32_t kind = 0;  // of asker, see askers.h
    // Whether the empty cluster could hold it, as of that many changes of Node objects, plus one.
    bool possible = false;
    uint64_t possible_at = 0;
  };

  // To be worked out where it is not known. Stays where it is until the process ends.
  Need& at(GangId gang) {
    while (needs_.size() <= gang.value) needs_.emplace_back();
    return needs_[gang.value];
  }
  void Forget(GangId gang) {
    if (gang.value < needs_.size()) needs_[gang.value].known = false;
  }

  Askers& askers() { return askers_; }
  // Between cycles: forgets kinds that nobody is of any more, now and then. True: it did, and kinds
  // have other numbers now.
  bool Sweep(size_t waiting) {
    if (askers_.size() <= kFewKinds + 2 * waiting) return false;
    askers_.Clear();
    for (Need& need : needs_) need.known = false;
    return true;
  }

 private:
  static constexpr size_t kFewKinds = 4096;

  std::deque<Need> needs_;  // by gang slot
  Askers askers_;
};

}  // namespace muster
