// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/library_log.h"

#include <grpc/support/log.h>

#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/repeats.h"

namespace muster::daemon {
namespace {

std::mutex mutex;
Log* log = nullptr;  // guarded by mutex

void Hear(gpr_log_func_args* said) {
  static auto* const repeats = new Repeats(absl::Minutes(1));
  const std::lock_guard<std::mutex> lock(mutex);
  if (log == nullptr) return;
  int64_t left_out = 0;
  const std::string where = absl::StrCat(said->file, ":", said->line);
  if (!repeats->Due(where, absl::Now(), &left_out)) return;
  log->Warning("gRPC", {{"said", said->message}, {"left_out", left_out}});
}

}  // namespace

void LogLibrary(Log* to) {
  const std::lock_guard<std::mutex> lock(mutex);
  log = to;
  gpr_set_log_function(Hear);
}

}  // namespace muster::daemon
