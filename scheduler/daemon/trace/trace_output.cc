// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_output.h"

#include <utility>

#include "absl/time/clock.h"

namespace muster::daemon {
namespace {

// A disk that is full is asked again after so long.
constexpr absl::Duration kRetryAfter = absl::Minutes(1);

}  // namespace

bool DirectOutput::Take(TraceChunk chunk) {
  if (!status_.ok()) return false;
  if (chunk.begins_file) status_ = folder_->BeginFile();
  if (status_.ok()) status_ = folder_->Append(chunk.kind, chunk.bytes);
  return status_.ok();
}

ThreadedOutput::ThreadedOutput(std::unique_ptr<TraceFolder> folder,
                               std::function<void(const absl::Status&)> on_failure,
                               size_t most_waiting)
    : folder_(std::move(folder)),
      on_failure_(std::move(on_failure)),
      most_waiting_(most_waiting),
      thread_([this] { Run(); }) {}

ThreadedOutput::~ThreadedOutput() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool ThreadedOutput::Take(TraceChunk chunk) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (chunk.begins_file) broken_ = false;
    if (broken_ || (waiting_bytes_ >= most_waiting_ && !chunk.last_word)) return false;
    waiting_bytes_ += chunk.bytes.size();
    waiting_.push_back(std::move(chunk));
  }
  changed_.notify_all();
  return true;
}

bool ThreadedOutput::Idle() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return waiting_.empty() && waiting_bytes_ == 0 && absl::Now() - broken_at_ >= kRetryAfter;
}

absl::Status ThreadedOutput::Write(const TraceChunk& chunk) {
  if (chunk.begins_file) {
    const absl::Status begun = folder_->BeginFile();
    if (!begun.ok()) return begun;
  }
  const absl::Status written = folder_->Append(chunk.kind, chunk.bytes);
  file_bytes_ = folder_->bytes();
  return written;
}

void ThreadedOutput::Run() {
  bool skips = false;  // to the next file
  while (true) {
    TraceChunk chunk;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      chunk = std::move(waiting_.front());
      waiting_.pop_front();
    }
    skips = skips && !chunk.begins_file;
    const absl::Status written = skips ? absl::OkStatus() : Write(chunk);
    if (!written.ok()) on_failure_(written);
    skips = skips || !written.ok();
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_bytes_ -= chunk.bytes.size();
    if (written.ok()) continue;
    broken_ = true;
    broken_at_ = absl::Now();
  }
}

}  // namespace muster::daemon
