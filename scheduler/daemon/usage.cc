// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/usage.h"

#include <cstdio>
#include <string>

namespace muster::daemon {

int UsageError(absl::string_view message) {
  std::fprintf(stderr, "muster: %s\n", std::string(message).c_str());
  return kUsageError;
}

absl::optional<int> ReadArguments(const FlagSet& flags, const Arguments& arguments,
                                  Arguments* positional) {
  if (FlagSet::AsksForHelp(arguments)) {
    std::fputs(flags.Help().c_str(), stdout);
    return 0;
  }
  const absl::Status read = flags.Parse(arguments, positional);
  if (read.ok()) return absl::nullopt;
  return UsageError(read.message());
}

}  // namespace muster::daemon
