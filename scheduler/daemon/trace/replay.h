// SPDX-License-Identifier: Apache-2.0
// A trace decided again: the same is done to a state as the loop did to its own, and each plan is
// compared with the one that was recorded. A replay stops at the first that differs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

struct ReplayReport {
  int64_t files = 0;
  int64_t events = 0;
  int64_t plans = 0;
  absl::Time from = absl::InfiniteFuture();
  absl::Time to = absl::InfinitePast();
  // The first plan that differs, for people; empty: all agree.
  std::string difference;
  // Of files that end too early: a sentence each, a line each.
  std::string complaints;
  // As it was when the last file ended.
  std::unique_ptr<State> state;
  // OK, or why a file could not be read at all: one sentence.
  absl::Status status;
};

// A file, or all of a folder in their order. `observer` (may be null) sees what a loop's would; a
// state ends where the next begins.
ReplayReport Replay(const std::string& path, const loop::Decide& decide,
                    loop::Observer* observer = nullptr);

}  // namespace muster::daemon
