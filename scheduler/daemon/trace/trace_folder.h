// SPDX-License-Identifier: Apache-2.0
// The folder that traces are written to: files muster-00000001.trace and on, at most so many, of at
// most so many bytes. The oldest goes when one too many would be begun; other files are left alone.
// One process at a time writes to a folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/daemon/trace/trace_chunks.h"

namespace muster::daemon {

struct RecordSettings {
  std::string folder;
  int64_t files = 8;
  int64_t file_bytes = int64_t{64} << 20;  // a file is ended when it has so many
};

// Those of the folder, oldest first; errors name the folder.
absl::StatusOr<std::vector<std::string>> TraceFiles(const std::string& folder);

class TraceFolder {
 public:
  // Makes the folder where there is none; its files are for its owner alone.
  static absl::StatusOr<std::unique_ptr<TraceFolder>> Open(const RecordSettings& settings);
  ~TraceFolder();
  TraceFolder(const TraceFolder&) = delete;
  TraceFolder& operator=(const TraceFolder&) = delete;

  absl::Status BeginFile();
  // To the file that was begun last.
  absl::Status Append(ChunkKind kind, absl::string_view bytes);
  // Of that file.
  int64_t bytes() const { return bytes_; }
  const RecordSettings& settings() const { return settings_; }

 private:
  TraceFolder(const RecordSettings& settings, int lock) : settings_(settings), lock_(lock) {}
  absl::Status MakeRoom();
  absl::Status Write(absl::string_view bytes);
  void EndFile();

  const RecordSettings settings_;
  const int lock_;  // the folder, locked
  int file_ = -1;
  std::string path_;
  int64_t bytes_ = 0;
  ChunkPacker packer_;
};

}  // namespace muster::daemon
