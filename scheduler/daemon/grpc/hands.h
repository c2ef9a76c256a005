// SPDX-License-Identifier: Apache-2.0
// Few threads that do what may wait (for the loop, for the API server), so that gRPC's own never
// do. Bounded: what finds no place is refused at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace muster::daemon {

class Hands {
 public:
  using Task = std::function<void()>;

  Hands(size_t threads, size_t capacity);
  // Does what it has taken, then ends.
  ~Hands();

  // False: too much waits, and the task is not done.
  bool Take(Task task);

 private:
  void Work();

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable news_;
  // Guarded by mutex_.
  std::deque<Task> tasks_;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace muster::daemon
