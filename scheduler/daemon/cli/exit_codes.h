// SPDX-License-Identifier: Apache-2.0
// What the read commands end with, so that a script can tell one "no" from another. Part of the
// product: listed in --help and in the README.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace muster::daemon::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,           // anything else: a file, an answer that cannot be read, a bug
  kUsage = 2,            // a mistake in the command line, found here or by the daemon
  kNotFound = 3,         // no such gang, pod or queue
  kUnauthenticated = 4,  // no token, or one that the cluster does not know
  kForbidden = 5,        // the token is good, and may not see that
  kUnavailable = 6,      // no daemon answers, or it is not ready
  kTimeout = 7,          // no answer in time
  kTooMuch = 8,          // the daemon is asked too much, or the answer is too large
};

// For --help, one line each.
inline constexpr absl::string_view kExitCodesHelp =
    "exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 no or a bad token, 5 forbidden,\n"
    "            6 no daemon or not ready, 7 no answer in time, 8 asked too much\n";

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace muster::daemon::cli
