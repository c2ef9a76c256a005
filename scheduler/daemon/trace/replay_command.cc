// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/replay_command.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/trace/replay.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon {

int ReplayTrace(const Arguments& arguments) {
  const FlagSet flags(
      "replay", "DIR|FILE",
      "Decides a trace of --record again: every plan must be the one that was recorded.\n"
      "Exit code 1: one differs, and is shown; 3: there is no trace to read; 4: all agree as far "
      "as\n"
      "the trace goes, but it ends too early.");
  Arguments positional;
  if (const absl::optional<int> exit_code = ReadArguments(flags, arguments, &positional)) {
    return *exit_code;
  }
  const ReplayReport report = Replay(positional[0], Cycle);
  if (!report.status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(report.status.message()).c_str());
    return kNoTrace;
  }
  if (!report.difference.empty()) {
    std::printf("%s\n", report.difference.c_str());
    return 1;
  }
  std::printf("%lld of %lld plans agree; %lld events in %lld files%s\n",
              static_cast<long long>(report.plans), static_cast<long long>(report.plans),
              static_cast<long long>(report.events), static_cast<long long>(report.files),
              report.plans == 0
                  ? ""
                  : absl::StrCat(", ", absl::FormatTime(report.from, absl::UTCTimeZone()), " to ",
                                 absl::FormatTime(report.to, absl::UTCTimeZone()))
                        .c_str());
  if (report.complaints.empty()) return 0;
  std::fprintf(stderr, "%s\n", report.complaints.c_str());
  return kCutTrace;
}

}  // namespace muster::daemon
