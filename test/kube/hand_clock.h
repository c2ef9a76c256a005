// SPDX-License-Identifier: Apache-2.0
// Time since boot as a test turns it. Any thread.
#pragma once

#include <atomic>

#include "scheduler/kube/boot_clock.h"

namespace muster::kube {

class HandClock : public BootClock {
 public:
  absl::Duration Now() const override { return absl::Nanoseconds(now_.load()); }
  void Advance(absl::Duration by) { now_ += absl::ToInt64Nanoseconds(by); }

 private:
  std::atomic<int64_t> now_{1'000'000'000'000};
};

}  // namespace muster::kube
