// SPDX-License-Identifier: Apache-2.0
// How sub-commands begin: help on stdout with exit code 0, or one line on stderr with exit code 2.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// The first argument when a shell asks what may come next: each command then says it on stdout,
// from the flags that it declares anyway, and does nothing else.
inline constexpr char kComplete[] = "__complete";

// "muster: message" on stderr; returns kUsageError.
int UsageError(absl::string_view message);

// Nothing when the flags were read; else the exit code, all being said.
absl::optional<int> ReadArguments(const FlagSet& flags, const Arguments& arguments,
                                  Arguments* positional);

}  // namespace muster::daemon
