// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/exit_codes.h"

namespace muster::daemon::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange: return kUsage;
    case absl::StatusCode::kNotFound: return kNotFound;
    case absl::StatusCode::kUnauthenticated: return kUnauthenticated;
    case absl::StatusCode::kPermissionDenied: return kForbidden;
    case absl::StatusCode::kUnavailable: return kUnavailable;
    case absl::StatusCode::kDeadlineExceeded: return kTimeout;
    case absl::StatusCode::kResourceExhausted: return kTooMuch;
    default: return kFailed;
  }
}

}  // namespace muster::daemon::cli
