// SPDX-License-Identifier: Apache-2.0
// How long ago each watched kind was last heard of: objects, or the bookmark that the API server
// sends about once a minute. What is not heard of is decided on as it was. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/daemon/metrics/exposition.h"

namespace muster::daemon {

class WatchAges {
 public:
  void Heard(absl::string_view kind, absl::Time now);
  void Write(absl::Time now, Exposition* out) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, absl::Time, std::less<>> heard_;  // guarded by mutex_; a handful of kinds
};

}  // namespace muster::daemon
