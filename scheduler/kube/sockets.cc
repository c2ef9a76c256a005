// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/sockets.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "scheduler/model/check.h"

namespace muster::kube {
namespace {

constexpr int kEventsAtOnce = 128;
constexpr int64_t kLongestWaitMs = 1000;

epoll_event Interest(int socket, uint32_t generation, bool writes) {
  epoll_event event{};
  event.events = EPOLLIN | (writes ? EPOLLOUT : 0u);
  event.data.u64 = uint64_t{generation} << 32 | static_cast<uint32_t>(socket);
  return event;
}

}  // namespace

Sockets::Sockets() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  MUSTER_CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event = Interest(wake_, 0, false);
  MUSTER_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

Sockets::~Sockets() {
  close(wake_);
  close(epoll_);
}

void Sockets::Add(int socket, Listener* listener, bool writes) {
  watched_[socket] = {listener, ++generation_};
  epoll_event event = Interest(socket, generation_, writes);
  MUSTER_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0);
}

void Sockets::Want(int socket, bool writes) {
  epoll_event event = Interest(socket, watched_.at(socket).generation, writes);
  MUSTER_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) == 0);
}

void Sockets::Remove(int socket) {
  watched_.erase(socket);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
}

void Sockets::Wait(absl::Duration wait) {
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
  epoll_event events[kEventsAtOnce];
  const int count = epoll_wait(epoll_, events, kEventsAtOnce,
                               static_cast<int>(std::clamp<int64_t>(ms, 0, kLongestWaitMs)));
  for (int i = 0; i < count; ++i) {
    const int socket = static_cast<int>(events[i].data.u64 & 0xffffffff);
    if (socket == wake_) {
      uint64_t wakes = 0;
      [[maybe_unused]] const ssize_t bytes = read(wake_, &wakes, sizeof(wakes));
      continue;
    }
    const auto watched = watched_.find(socket);
    if (watched == watched_.end()) continue;
    if (watched->second.generation != events[i].data.u64 >> 32) continue;
    watched->second.listener->OnNews(events[i].events);
  }
}

void Sockets::Wake() {
  const uint64_t once = 1;
  [[maybe_unused]] const ssize_t bytes = write(wake_, &once, sizeof(once));
}

}  // namespace muster::kube
