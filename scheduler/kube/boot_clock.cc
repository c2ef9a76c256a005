// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/boot_clock.h"

#include <time.h>

namespace muster::kube {

absl::Duration SystemBootClock::Now() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace muster::kube
