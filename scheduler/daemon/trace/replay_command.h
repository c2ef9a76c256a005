// SPDX-License-Identifier: Apache-2.0
// muster replay DIR|FILE: decides a recorded trace again and says whether every plan is the same.
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// Exit codes: 0 all agree; 1 one differs (shown); 2 usage; 3 there is no trace to read, or it is of
// another version; 4 all agree as far as the trace goes, which ends too early.
int ReplayTrace(const Arguments& arguments);

inline constexpr int kNoTrace = 3;
inline constexpr int kCutTrace = 4;

}  // namespace muster::daemon
