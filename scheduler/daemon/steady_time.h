// SPDX-License-Identifier: Apache-2.0
// The time by which the daemon decides: the wall clock's at start, and from there on the time that
// really passed (suspension included). A wall clock that is set an hour forward would otherwise let
// every hold and back-off run out at once. Thread-safe.
#pragma once

#include "scheduler/kube/boot_clock.h"
#include "scheduler/loop/ports.h"

namespace muster::daemon {

class SteadyTime : public loop::Clock {
 public:
  // `boot` outlives it; `wall` is what the wall clock says now.
  SteadyTime(const kube::BootClock& boot, absl::Time wall)
      : boot_(boot), zero_(wall - boot.Now()) {}

  absl::Time Now() override { return zero_ + boot_.Now(); }

 private:
  const kube::BootClock& boot_;
  const absl::Time zero_;
};

}  // namespace muster::daemon
