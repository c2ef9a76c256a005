// SPDX-License-Identifier: Apache-2.0
// CHECK: our own bug, never the world's. It stops the process; a restart rebuilds all state from
// the API. No input from a cluster, a config or a client may reach a failing CHECK.
#pragma once

#include <cstdio>
#include <cstdlib>

#define MUSTER_CHECK(condition)                                                           \
  do {                                                                                    \
    if (!(condition)) [[unlikely]] {                                                      \
      std::fprintf(stderr, "CHECK failed: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)
