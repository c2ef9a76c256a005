// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/reactor.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace muster::kube {
namespace {

// A tenth of what a bind takes while 32 are in flight on an API server that is the limit.
constexpr std::chrono::milliseconds kRound{3};

}  // namespace

void Reactor::Post(Task task) {
  bool first = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) http_.Wake();  // later ones are found with it
}

Reactor::TimerId Reactor::After(absl::Duration delay, Task task) {
  const TimerId id{clock_.Now() + delay, ++last_timer_};
  timers_.emplace(id, std::move(task));
  return id;
}

Reactor::TimerId Reactor::Retry(Lane lane, absl::Duration delay, Task task) {
  if (retry_) retry_(lane);
  return After(delay, std::move(task));
}

void Reactor::RunOnce(absl::Duration wait) {
  RunTasks();
  RunTimers();
  if (!timers_.empty()) {
    wait = std::clamp(timers_.begin()->first.first - clock_.Now(), absl::ZeroDuration(), wait);
  }
  if (HasTasks()) wait = absl::ZeroDuration();
  http_.Poll(wait);
}

// Under load answers and watch events come one by one, each waking this thread for a few bytes: a
// round lasts a while, so that the next one serves all that came meanwhile. One that had to wait
// for something to do is longer than that already, and what it was asked is sent at once.
void Reactor::Run() {
  using Clock = std::chrono::steady_clock;
  while (!stopping_.load()) {
    const Clock::time_point started = Clock::now();
    RunOnce(absl::Seconds(1));
    std::this_thread::sleep_until(started + kRound);
  }
}

void Reactor::Stop() {
  stopping_.store(true);
  http_.Wake();
}

bool Reactor::HasTasks() {
  std::lock_guard<std::mutex> lock(mutex_);
  return !tasks_.empty();
}

void Reactor::RunTasks() {
  std::vector<Task> tasks;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) task();
}

void Reactor::RunTimers() {
  const absl::Duration now = clock_.Now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

}  // namespace muster::kube
