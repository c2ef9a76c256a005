// SPDX-License-Identifier: Apache-2.0
// Where a recorder's chunks go: straight to the folder (a simulation, which has time), or through a
// bounded queue to a thread that packs and writes them (the daemon, whose loop never waits for a
// disk).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "scheduler/daemon/trace/trace_folder.h"

namespace muster::daemon {

struct TraceChunk {
  bool begins_file = false;
  ChunkKind kind = ChunkKind::kOperations;
  std::string bytes;
  // It says that the file ends here for want of room, and is taken whatever waits.
  bool last_word = false;
};

class TraceOutput {
 public:
  virtual ~TraceOutput() = default;
  // False: it could not be taken. Until a chunk that begins a file is, nothing else will be.
  virtual bool Take(TraceChunk chunk) = 0;
  // Whether a new file may be begun now: nothing waits, and the last failure is a while ago.
  virtual bool Idle() const = 0;
  // Of the present file, on the disk.
  virtual int64_t file_bytes() const = 0;
  virtual const RecordSettings& settings() const = 0;
};

// On the caller's thread. The first failure is kept, and ends it.
class DirectOutput : public TraceOutput {
 public:
  explicit DirectOutput(std::unique_ptr<TraceFolder> folder) : folder_(std::move(folder)) {}

  bool Take(TraceChunk chunk) override;
  bool Idle() const override { return status_.ok(); }
  int64_t file_bytes() const override { return folder_->bytes(); }
  const RecordSettings& settings() const override { return folder_->settings(); }
  const absl::Status& status() const { return status_; }

 private:
  const std::unique_ptr<TraceFolder> folder_;
  absl::Status status_;
};

class ThreadedOutput : public TraceOutput {
 public:
  // More than that does not wait; one chunk always may.
  static constexpr size_t kMostWaiting = size_t{32} << 20;

  // `on_failure` is told of each file that cannot be gone on with, on the writing thread.
  ThreadedOutput(std::unique_ptr<TraceFolder> folder,
                 std::function<void(const absl::Status&)> on_failure,
                 size_t most_waiting = kMostWaiting);
  // Writes what waits.
  ~ThreadedOutput() override;

  bool Take(TraceChunk chunk) override;
  bool Idle() const override;
  int64_t file_bytes() const override { return file_bytes_; }
  const RecordSettings& settings() const override { return folder_->settings(); }

 private:
  void Run();
  absl::Status Write(const TraceChunk& chunk);

  const std::unique_ptr<TraceFolder> folder_;
  const std::function<void(const absl::Status&)> on_failure_;
  const size_t most_waiting_;
  std::atomic<int64_t> file_bytes_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TraceChunk> waiting_;
  size_t waiting_bytes_ = 0;  // the one that is being written among them
  bool broken_ = false;       // until the next file
  absl::Time broken_at_ = absl::InfinitePast();
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace muster::daemon
