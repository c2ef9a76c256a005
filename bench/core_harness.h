// SPDX-License-Identifier: Apache-2.0
// Measuring: CPU time of the calling thread, so that other work on the machine is not counted, the
// median of several runs, and a table that sets each number against its target and its probe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster::bench {

// Microseconds of CPU that this thread has used.
double CpuMicros();

// Runs `body` `runs` times, `prepare` before each outside the measurement; the median in us.
double MedianMicros(int runs, const std::function<void()>& prepare,
                    const std::function<void()>& body);

// Pushes everything out of the caches.
void ColdCaches();

// Keeps the compiler from dropping what a benchmark computes.
void Keep(int64_t value);

class Table {
 public:
  explicit Table(absl::string_view title);
  // `target` 0: none. A target is met below (`at_most`) or above it.
  void Row(const std::string& name, double value, const std::string& unit, double target = 0,
           bool at_most = true);
  void Ratio(const std::string& name, double value, double probe, absl::string_view probe_name);

  // Of all tables.
  static int misses();
};

}  // namespace muster::bench
