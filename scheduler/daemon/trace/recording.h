// SPDX-License-Identifier: Apache-2.0
// The daemon's recorder with all that it needs: folder, writing thread, and log lines where
// recording stops or goes on.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/trace_output.h"

namespace muster::daemon {

struct Recording {
  Recording(std::unique_ptr<TraceFolder> folder, Log* log);
  // One sentence that names the folder.
  static absl::StatusOr<std::unique_ptr<Recording>> Start(const RecordSettings& settings, Log* log);

  ThreadedOutput output;
  Recorder recorder;
};

}  // namespace muster::daemon
