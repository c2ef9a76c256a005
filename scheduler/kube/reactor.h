// SPDX-License-Identifier: Apache-2.0
// The I/O thread of the Kubernetes world: HTTP exchanges, timers and tasks from other threads, all
// run one after another, so that nothing in this folder behind it needs a lock.
//
// Timers follow the injected BootClock; a test moves that clock by hand and drives RunOnce itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/kube/boot_clock.h"
#include "scheduler/kube/http.h"

namespace muster::kube {

class Reactor {
 public:
  using Task = std::function<void()>;
  using TimerId = std::pair<absl::Duration, uint64_t>;

  Reactor(const BootClock& clock, Http& http) : clock_(clock), http_(http) {}
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  Http& http() { return http_; }
  absl::Duration Now() const { return clock_.Now(); }

  // From any thread: runs the task on the I/O thread.
  void Post(Task task);
  // I/O thread only. A timer fires once; cancelling one that has fired does nothing.
  TimerId After(absl::Duration delay, Task task);
  void Cancel(TimerId id) { timers_.erase(id); }
  // After, for a request of that lane that has failed and is made again then.
  TimerId Retry(Lane lane, absl::Duration delay, Task task);
  // Told of each.
  void set_retry_observer(std::function<void(Lane)> observer) { retry_ = std::move(observer); }

  // Tasks, due timers and bytes, once; waits up to `wait` if there is nothing to do.
  void RunOnce(absl::Duration wait);
  // Until Stop, which any thread may call.
  void Run();
  void Stop();

 private:
  void RunTasks();
  void RunTimers();
  bool HasTasks();

  const BootClock& clock_;
  Http& http_;
  std::map<TimerId, Task> timers_;
  uint64_t last_timer_ = 0;
  std::function<void(Lane)> retry_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<Task> tasks_;  // guarded by mutex_
};

}  // namespace muster::kube
