// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/sockets.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "scheduler/model/check.h"

namespace muster::kube {
namespace {

constexpr int kEventsAtOnce = 128;
constexpr int64_t kLongestWaitMs = 1000;

}  // namespace

Sockets::Sockets(CURLM* multi) : multi_(multi) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  MUSTER_CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  MUSTER_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Sockets::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Sockets::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

Sockets::~Sockets() {
  close(wake_);
  close(epoll_);
}

int Sockets::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  static_cast<Sockets*>(self)->Watch(socket, what, known != nullptr);
  return 0;
}

int Sockets::OnTimer(CURLM*, long milliseconds, void* self) {
  Sockets& sockets = *static_cast<Sockets*>(self);
  sockets.due_ = milliseconds < 0 ? absl::InfiniteDuration()
                                  : sockets.clock_.Now() + absl::Milliseconds(milliseconds);
  return 0;
}

void Sockets::Watch(curl_socket_t socket, int what, bool known) {
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);  // closed already: gone from the set
    return;
  }
  epoll_event event{};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  event.data.fd = socket;
  epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (!known) curl_multi_assign(multi_, socket, this);
}

void Sockets::RunDue() {
  if (due_ > clock_.Now()) return;
  due_ = absl::InfiniteDuration();  // libcurl says when next, from within this call
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void Sockets::Wait(absl::Duration wait) {
  wait = std::clamp(due_ - clock_.Now(), absl::ZeroDuration(), wait);
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
  epoll_event events[kEventsAtOnce];
  const int count = epoll_wait(epoll_, events, kEventsAtOnce,
                               static_cast<int>(std::clamp<int64_t>(ms, 0, kLongestWaitMs)));
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[i];
    if (event.data.fd == wake_) {
      uint64_t wakes = 0;
      [[maybe_unused]] const ssize_t bytes = read(wake_, &wakes, sizeof(wakes));
      continue;
    }
    int news = 0;
    if (event.events & EPOLLIN) news |= CURL_CSELECT_IN;
    if (event.events & EPOLLOUT) news |= CURL_CSELECT_OUT;
    if (event.events & (EPOLLERR | EPOLLHUP)) news |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_, event.data.fd, news, &running);
  }
  RunDue();
}

void Sockets::Wake() {
  const uint64_t once = 1;
  [[maybe_unused]] const ssize_t bytes = write(wake_, &once, sizeof(once));
}

}  // namespace muster::kube
