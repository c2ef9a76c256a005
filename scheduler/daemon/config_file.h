// SPDX-License-Identifier: Apache-2.0
// The queue config as a file: read at start, and again whenever it changes (also when a link to it
// is moved, as kubelet does with mounted ConfigMaps). A change is taken whole or not at all: while
// what stands in the file is invalid or unreadable, the last good config stays in force.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "scheduler/model/queue_spec.h"

namespace muster::daemon {

// Reads a whole file of at most 64 MiB; errors name it.
absl::StatusOr<std::string> ReadFile(const std::string& path);

class ConfigFile {
 public:
  explicit ConfigFile(std::string path) : path_(std::move(path)) {}

  // Nothing when the file is as it was at the last call; else the config, or why it is refused
  // (one error per line). The same refusal is told once.
  absl::optional<absl::StatusOr<QueueConfig>> Changed();

 private:
  const std::string path_;
  std::string identity_;  // device, inode, size and times of what was read last
  std::string told_;      // the refusal that was told last
};

}  // namespace muster::daemon
