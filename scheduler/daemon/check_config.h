// SPDX-License-Identifier: Apache-2.0
// `muster check FILE`: validates a queue config and prints every error as FILE:LINE:COLUMN:
// message.
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// 0 and "ok: N queues"; 1 when the config is invalid; 2 when it was asked for wrongly or the file
// cannot be read.
int CheckConfig(const Arguments& arguments);

}  // namespace muster::daemon
