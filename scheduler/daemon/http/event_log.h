// SPDX-License-Identifier: Apache-2.0
// The last events of a stream that many clients follow (server-sent events), each at its own pace:
// one writer appends, the HTTP server reads on behalf of its clients. What does not fit any more is
// dropped from the front, so a client that is too slow is found out instead of stored up for.
// Thread-safe. Source: the HTML standard, "Server-sent events".
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace muster::daemon {

class EventLog {
 public:
  // `epoch` tells ids of this log from those of the process before it; no '-' in it.
  EventLog(std::string epoch, size_t most_events, size_t most_bytes);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // `data` of one line; events count up from 1.
  void Append(absl::string_view name, absl::string_view data);
  // Forgets all events: whoever asks for one of them hears that it is lost.
  void Clear();
  int64_t last() const;
  std::string Id(int64_t number) const;
  // The number in an id of this log from which a reader may go on without a gap; -1: there is none.
  int64_t Resume(absl::string_view id) const;

  // The event after number `after` as it is sent, null while there is none. `lost`: events between
  // were dropped.
  std::shared_ptr<const std::string> After(int64_t after, bool* lost) const;
  // Readable once something was appended since Drain.
  int fd() const { return wake_; }
  void Drain();

  // How many follow it; set by the server.
  void SetListeners(size_t count);
  // Waits until somebody follows; false: the log was closed.
  bool AwaitListener() const;
  void Close();

 private:
  const std::string epoch_;
  const size_t most_events_;
  const size_t most_bytes_;
  const int wake_;  // eventfd
  mutable std::mutex mutex_;
  mutable std::condition_variable listened_;
  // Guarded by mutex_.
  std::deque<std::shared_ptr<const std::string>> events_;  // the newest last, number last_
  size_t bytes_ = 0;
  int64_t last_ = 0;
  size_t listeners_ = 0;
  bool closed_ = false;
};

}  // namespace muster::daemon
