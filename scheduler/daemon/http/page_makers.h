// SPDX-License-Identifier: Apache-2.0
// Threads that make pages, so that a page which waits for the scheduler keeps no other client of
// the server waiting. What waits is bounded. Destruction drops what waits and ends after what is
// being made.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "scheduler/daemon/http/http_site.h"

namespace muster::daemon {

class PageMakers {
 public:
  PageMakers(const Pages& pages, size_t threads, size_t most_waiting);
  ~PageMakers();
  PageMakers(const PageMakers&) = delete;
  PageMakers& operator=(const PageMakers&) = delete;

  // Has the page of request.path made, which exists. A ticket for it; 0: too many wait.
  uint64_t Ask(HttpRequest request);
  // Those that were made since, by ticket.
  std::vector<std::pair<uint64_t, Page>> Take();
  // Readable when there is something to take.
  int fd() const { return wake_; }

 private:
  void Run();

  const Pages& pages_;
  const size_t most_waiting_;
  const int wake_;  // eventfd
  std::mutex mutex_;
  std::condition_variable asked_;
  // Guarded by mutex_.
  bool stopping_ = false;
  uint64_t tickets_ = 0;
  std::deque<std::pair<uint64_t, HttpRequest>> waiting_;
  std::vector<std::pair<uint64_t, Page>> made_;

  std::vector<std::thread> threads_;
};

}  // namespace muster::daemon
