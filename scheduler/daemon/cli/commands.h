// SPDX-License-Identifier: Apache-2.0
// The commands that ask a running daemon. Each gives its exit code (exit_codes.h).
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

int ListQueues(const Arguments& arguments);
int ListGangs(const Arguments& arguments);
int Explain(const Arguments& arguments);
int Top(const Arguments& arguments);
int Decisions(const Arguments& arguments);
int Dump(const Arguments& arguments);
int Cost(const Arguments& arguments);

}  // namespace muster::daemon::cli
