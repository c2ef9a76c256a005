// SPDX-License-Identifier: Apache-2.0
// Names for shells to complete, asked of the daemon while somebody types: two seconds at the most,
// and nothing at all where it does not answer or the caller may not see them.
#pragma once

#include <string>

#include "scheduler/daemon/cli/client_flags.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

// `flags` and `ns` are read when it is asked, and outlive it.
FlagSet::Offer QueuePaths(const ClientFlags& flags);
// "namespace/name", or the names alone in a namespace that is given.
FlagSet::Offer GangNames(const ClientFlags& flags, const std::string& ns);
FlagSet::Offer GangNames(const ClientFlags& flags);

}  // namespace muster::daemon::cli
