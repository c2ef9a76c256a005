// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/hands.h"

#include <utility>

namespace muster::daemon {

Hands::Hands(size_t threads, size_t capacity) : capacity_(capacity) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Hands::~Hands() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_ = true;
  }
  news_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Hands::Take(Task task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (tasks_.size() >= capacity_) return false;
    tasks_.push_back(std::move(task));
  }
  news_.notify_one();
  return true;
}

void Hands::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    news_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace muster::daemon
