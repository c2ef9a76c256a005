// SPDX-License-Identifier: Apache-2.0
// `muster serve`: the loop on a Kubernetes cluster. One process, four threads: the loop's (this
// one), the world's I/O, the HTTP listener's and the one that waits for signals.
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// 0 after SIGTERM or SIGINT; 1 when it cannot go on (the lease is lost, the port is taken); 2 when
// flags, kubeconfig or config file are wrong at start.
int Serve(const Arguments& arguments);

}  // namespace muster::daemon
