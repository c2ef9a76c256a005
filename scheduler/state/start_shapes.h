// SPDX-License-Identifier: Apache-2.0
// What each waiting gang needs to start. A backlog is asked in every cycle and changes rarely, so
// that this is worked out once, and anew when a gang's members, its minimum or its forecast have
// changed. Derived only: dropping it changes no decision.
#pragma once

#include <deque>

#include "scheduler/model/amounts.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/shape.h"

namespace muster {

class StartShapes {
 public:
  struct Need {
    bool known = false;
    Shape shape;  // see StartShape (cycle/shape.h)
    Amounts sum;
  };

  // To be worked out where it is not known. Stays where it is until the process ends.
  Need& at(GangId gang) {
    while (needs_.size() <= gang.value) needs_.emplace_back();
    return needs_[gang.value];
  }
  void Forget(GangId gang) {
    if (gang.value < needs_.size()) needs_[gang.value].known = false;
  }

 private:
  std::deque<Need> needs_;  // by gang slot
};

}  // namespace muster
