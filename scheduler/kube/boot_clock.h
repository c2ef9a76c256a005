// SPDX-License-Identifier: Apache-2.0
// Time since boot, which goes on while the machine is suspended and never jumps: leases, back-offs
// and timers are judged by it, so that a laptop or a frozen VM that wakes up knows that its lease
// is over.
#pragma once

#include "absl/time/time.h"

namespace muster::kube {

class BootClock {
 public:
  virtual ~BootClock() = default;
  virtual absl::Duration Now() const = 0;
};

// CLOCK_BOOTTIME.
class SystemBootClock : public BootClock {
 public:
  absl::Duration Now() const override;
};

}  // namespace muster::kube
