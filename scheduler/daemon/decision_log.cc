// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/decision_log.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/metrics/queue_gauges.h"

namespace muster::daemon {
namespace {

LogLevel LevelOf(const Decided& decided) {
  if (decided.kind == Decided::Kind::kRelease) return LogLevel::kWarning;
  const bool step = decided.kind == Decided::Kind::kStep;
  const bool small = decided.step == StepKind::kSettle || decided.step == StepKind::kGrow;
  return step && small ? LogLevel::kDebug : LogLevel::kInfo;
}

}  // namespace

void LogDecision(const Decided& decided, Log* log) {
  const LogLevel level = LevelOf(decided);
  if (decided.kind == Decided::Kind::kClaim || !log->Wants(level)) return;
  const std::string gang = absl::StrCat(decided.ns, "/", decided.name);
  const absl::string_view queue = decided.queue.empty() ? kNoQueue : decided.queue;
  const double wait = absl::ToDoubleSeconds(decided.wait);
  switch (decided.kind) {
    case Decided::Kind::kStep:
      return log->Write(level, "gang",
                        {{"gang", gang},
                         {"queue", queue},
                         {"verdict", KindOf(decided)},
                         {"placed", decided.pods},
                         {"held", decided.held},
                         {"minimum", decided.minimum},
                         {"wait_seconds", wait}});
    case Decided::Kind::kWait:
      return log->Write(level, "gang",
                        {{"gang", gang},
                         {"queue", queue},
                         {"verdict", "wait"},
                         {"reason", Name(decided.reason.code)},
                         {"detail", Message(decided.reason)},
                         {"position", decided.position},
                         {"wait_seconds", wait}});
    case Decided::Kind::kRelease:
      return log->Write(level, "gang",
                        {{"gang", gang},
                         {"queue", queue},
                         {"verdict", "release"},
                         {"bound", decided.pods},
                         {"minimum", decided.minimum},
                         {"releases", decided.releases}});
    case Decided::Kind::kEvict:
    case Decided::Kind::kShrink:
      return log->Write(level, "gang",
                        {{"gang", gang},
                         {"queue", queue},
                         {"verdict", decided.kind == Decided::Kind::kEvict ? "evict" : "shrink"},
                         {"cause", Name(decided.cause)},
                         {"pods", decided.pods},
                         {"for", decided.other}});
    case Decided::Kind::kClaim: return;
  }
}

}  // namespace muster::daemon
