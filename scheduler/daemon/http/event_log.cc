// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/event_log.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace muster::daemon {

EventLog::EventLog(std::string epoch, size_t most_events, size_t most_bytes)
    : epoch_(std::move(epoch)),
      most_events_(most_events),
      most_bytes_(most_bytes),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EventLog::~EventLog() { close(wake_); }

void EventLog::Append(absl::string_view name, absl::string_view data) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++last_;
    events_.push_back(std::make_shared<const std::string>(
        absl::StrCat("id: ", epoch_, "-", last_, "\nevent: ", name, "\ndata: ", data, "\n\n")));
    bytes_ += events_.back()->size();
    // The newest stays, however large.
    while (events_.size() > 1 && (events_.size() > most_events_ || bytes_ > most_bytes_)) {
      bytes_ -= events_.front()->size();
      events_.pop_front();
    }
  }
  eventfd_write(wake_, 1);
}

void EventLog::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  events_.clear();
  bytes_ = 0;
  ++last_;  // so that the last id that was given lies before a gap, too
}

int64_t EventLog::last() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return last_;
}

std::string EventLog::Id(int64_t number) const { return absl::StrCat(epoch_, "-", number); }

int64_t EventLog::Resume(absl::string_view id) const {
  int64_t number = 0;
  if (!absl::ConsumePrefix(&id, absl::StrCat(epoch_, "-")) || !absl::SimpleAtoi(id, &number)) {
    return -1;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  const int64_t dropped = last_ - static_cast<int64_t>(events_.size());
  return number >= dropped && number <= last_ ? number : -1;
}

std::shared_ptr<const std::string> EventLog::After(int64_t after, bool* lost) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const int64_t dropped = last_ - static_cast<int64_t>(events_.size());
  *lost = after < dropped;
  if (*lost || after >= last_) return nullptr;
  return events_[static_cast<size_t>(after - dropped)];
}

void EventLog::Drain() {
  eventfd_t count = 0;
  eventfd_read(wake_, &count);
}

void EventLog::SetListeners(size_t count) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    listeners_ = count;
  }
  listened_.notify_all();
}

bool EventLog::AwaitListener() const {
  std::unique_lock<std::mutex> lock(mutex_);
  listened_.wait(lock, [this] { return listeners_ > 0 || closed_; });
  return !closed_;
}

void EventLog::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  listened_.notify_all();
}

}  // namespace muster::daemon
