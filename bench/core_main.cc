// SPDX-License-Identifier: Apache-2.0
// bench_core [CASE...]: cases huge, many, steady, queues, reclaim, backlog, audit, memory; all of
// them without arguments. Exit status 1 where a target was missed.
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "bench/core_cases.h"
#include "bench/core_harness.h"

int main(int argc, char** argv) {
  using namespace muster::bench;
  const std::vector<std::pair<std::string, std::function<void()>>> cases = {
      {"huge", HugeGang},    {"many", ManyGangs},  {"steady", SteadyCycle}, {"queues", Queues},
      {"reclaim", Reclaims}, {"backlog", Backlog}, {"audit", Audits},       {"memory", Memory}};
  std::vector<std::string> wanted(argv + 1, argv + argc);
  if (wanted.empty()) {
    for (const auto& [name, run] : cases) wanted.push_back(name);
  }
  for (const std::string& name : wanted) {
    bool known = false;
    for (const auto& [of, run] : cases) {
      if (of != name) continue;
      known = true;
      run();
    }
    if (!known) {
      std::fprintf(stderr,
                   "bench_core: no case '%s'; cases: huge, many, steady, queues, reclaim, backlog, "
                   "audit, memory\n",
                   name.c_str());
      return 2;
    }
  }
  std::printf("\n%d targets missed\n", Table::misses());
  return Table::misses() == 0 ? 0 : 1;
}
