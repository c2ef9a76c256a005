// SPDX-License-Identifier: Apache-2.0
// A socket that listens.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// "cannot listen on ADDRESS: WHY".
absl::Status CannotListen(const HostPort& address, absl::string_view why);

// Does not block, is not inherited; the first address of the host's. The caller closes it. Errors
// name the address.
absl::StatusOr<int> OpenListener(const HostPort& address);

// The port that it was really given.
int PortOf(int listener);

}  // namespace muster::daemon
