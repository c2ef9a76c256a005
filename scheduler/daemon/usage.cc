// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/usage.h"

#include <cstdio>
#include <string>

#include "scheduler/daemon/program.h"

namespace muster::daemon {

int UsageError(absl::string_view message) {
  std::fprintf(stderr, "%s: %s\n", Program().c_str(), std::string(message).c_str());
  return kUsageError;
}

absl::optional<int> ReadArguments(const FlagSet& flags, const Arguments& arguments,
                                  Arguments* positional) {
  if (!arguments.empty() && arguments[0] == kComplete) {
    for (const std::string& line : flags.Completions({arguments.begin() + 1, arguments.end()})) {
      std::puts(line.c_str());
    }
    return 0;
  }
  if (FlagSet::AsksForHelp(arguments)) {
    std::fputs(flags.Help().c_str(), stdout);
    return 0;
  }
  const absl::Status read = flags.Parse(arguments, positional);
  if (read.ok()) return absl::nullopt;
  return UsageError(read.message());
}

}  // namespace muster::daemon
