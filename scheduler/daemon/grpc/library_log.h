// SPDX-License-Identifier: Apache-2.0
// What the gRPC library has to say, as lines of our log: of one kind at most one a minute, since a
// stranger can cause them (a failed handshake).
#pragma once

#include "scheduler/daemon/log.h"

namespace muster::daemon {

// For the whole process, from now on; `log` lives as long, or is replaced by another. Null:
// dropped.
void LogLibrary(Log* log);

}  // namespace muster::daemon
