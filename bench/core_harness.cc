// SPDX-License-Identifier: Apache-2.0
#include "bench/core_harness.h"

#include <time.h>

#include <algorithm>
#include <cstdio>

namespace muster::bench {

namespace {

constexpr size_t kLargerThanCaches = size_t{96} << 20;

int missed = 0;
volatile int64_t kept = 0;

}  // namespace

double CpuMicros() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double MedianMicros(int runs, const std::function<void()>& prepare,
                    const std::function<void()>& body) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    prepare();
    const double start = CpuMicros();
    body();
    times.push_back(CpuMicros() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void ColdCaches() {
  static std::vector<int64_t> ballast(kLargerThanCaches / sizeof(int64_t), 1);
  for (size_t i = 0; i < ballast.size(); i += 8) ballast[i] += 1;
  Keep(ballast[ballast.size() / 2]);
}

void Keep(int64_t value) { kept = value; }

Table::Table(absl::string_view title) { std::printf("\n%s\n", std::string(title).c_str()); }

void Table::Row(const std::string& name, double value, const std::string& unit, double target,
                bool at_most) {
  std::printf("  %-58s %12.2f %-10s", name.c_str(), value, unit.c_str());
  if (target > 0) {
    const bool met = at_most ? value <= target : value >= target;
    missed += met ? 0 : 1;
    std::printf(" target %s %.6g  %s", at_most ? "<=" : ">=", target, met ? "ok" : "MISSED");
  }
  std::printf("\n");
  std::fflush(stdout);
}

void Table::Ratio(const std::string& name, double value, double probe,
                  absl::string_view probe_name) {
  std::printf("  %-58s %12.2f x %s\n", name.c_str(), value / probe,
              std::string(probe_name).c_str());
}

int Table::misses() { return missed; }

}  // namespace muster::bench
