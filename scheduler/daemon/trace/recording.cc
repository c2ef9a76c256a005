// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/recording.h"

#include <utility>

namespace muster::daemon {

Recording::Recording(std::unique_ptr<TraceFolder> folder, Log* log)
    : output(std::move(folder),
             [log](const absl::Status& failed) {
               log->Error("the trace cannot be written", {{"error", failed.message()}});
             }),
      recorder(&output, [log](const std::string& what) { log->Warning(what); }) {}

absl::StatusOr<std::unique_ptr<Recording>> Recording::Start(const RecordSettings& settings,
                                                            Log* log) {
  absl::StatusOr<std::unique_ptr<TraceFolder>> folder = TraceFolder::Open(settings);
  if (!folder.ok()) return folder.status();
  log->Info("records a trace", {{"folder", settings.folder}});
  return std::make_unique<Recording>(*std::move(folder), log);
}

}  // namespace muster::daemon
