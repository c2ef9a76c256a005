// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/page_makers.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace muster::daemon {

PageMakers::PageMakers(const Pages& pages, size_t threads, size_t most_waiting)
    : pages_(pages), most_waiting_(most_waiting), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

PageMakers::~PageMakers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  asked_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  close(wake_);
}

uint64_t PageMakers::Ask(HttpRequest request) {
  uint64_t ticket = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() >= most_waiting_) return 0;
    ticket = ++tickets_;
    waiting_.emplace_back(ticket, std::move(request));
  }
  asked_.notify_one();
  return ticket;
}

std::vector<std::pair<uint64_t, Page>> PageMakers::Take() {
  eventfd_t count = 0;
  eventfd_read(wake_, &count);
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(made_, {});
}

void PageMakers::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    asked_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto [ticket, request] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Page page = pages_.find(request.path)->second(request);
    lock.lock();
    made_.emplace_back(ticket, std::move(page));
    eventfd_write(wake_, 1);
  }
}

}  // namespace muster::daemon
