// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/connection_door.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/listener.h"

namespace muster::daemon {
namespace {

// How long nobody is let in when the process has no descriptor left.
constexpr int kAcceptPauseMs = 200;
constexpr absl::Duration kTellEvery = absl::Minutes(1);

// 0.0.0.0 is IPv6, too, where there is any, as gRPC's own listener has it.
absl::StatusOr<int> Listen(const HostPort& address) {
  if (address.host == "0.0.0.0") {
    absl::StatusOr<int> both = OpenListener({"::", address.port});
    if (both.ok()) return both;
  }
  return OpenListener(address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionDoor>> ConnectionDoor::Open(const HostPort& address,
                                                                     size_t most, Log* log) {
  const absl::StatusOr<int> listener = Listen(address);
  if (!listener.ok()) return listener.status();
  // What is accepted inherits it.
  const int on = 1;
  setsockopt(*listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int why = errno;
  std::unique_ptr<ConnectionDoor> door(new ConnectionDoor(*listener, epoll, stop, most, log));
  if (epoll < 0 || stop < 0 || !door->Watch(stop, EPOLLIN) || !door->Watch(*listener, EPOLLIN)) {
    return CannotListen(address, std::strerror(why));
  }
  return door;
}

ConnectionDoor::ConnectionDoor(int listener, int epoll, int stop, size_t most, Log* log)
    : listener_(listener),
      epoll_(epoll),
      stop_(stop),
      most_(most),
      log_(log),
      refusals_(kTellEvery) {}

ConnectionDoor::~ConnectionDoor() {
  if (thread_.has_value()) {
    eventfd_write(stop_, 1);
    thread_->join();
  }
  for (const int each : {listener_, epoll_, stop_}) {
    if (each >= 0) close(each);
  }
}

int ConnectionDoor::port() const { return PortOf(listener_); }

void ConnectionDoor::Serve(std::unique_ptr<Acceptor> acceptor) {
  acceptor_ = std::move(acceptor);
  thread_.emplace([this] { Run(); });
}

bool ConnectionDoor::Watch(int descriptor, uint32_t events) const {
  epoll_event event = {};
  event.events = events;
  event.data.fd = descriptor;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void ConnectionDoor::Run() {
  std::set<int> inside;  // duplicates
  epoll_event ready[64];
  bool open = true;
  while (open) {
    const int count = epoll_wait(epoll_, ready, std::size(ready), -1);
    bool knocked = false;
    for (int i = 0; i < count; ++i) {
      const int descriptor = ready[i].data.fd;
      if (descriptor == stop_) open = false;
      if (descriptor == listener_) knocked = true;
      if (descriptor == stop_ || descriptor == listener_) continue;
      // Closing it does not: the socket lives on as long as gRPC has it open.
      epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
      inside.erase(descriptor);
      close(descriptor);
    }
    if (open && knocked) Accept(&inside);
  }
  for (const int each : inside) close(each);
}

void ConnectionDoor::Accept(std::set<int>* inside) {
  const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0 && errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) {
    return;  // it has left already
  }
  if (socket >= 0 && inside->size() >= most_) return Refuse(socket);
  const int duplicate = socket < 0 ? -1 : fcntl(socket, F_DUPFD_CLOEXEC, 0);
  // EPOLLHUP is always told.
  if (duplicate < 0 || !Watch(duplicate, 0)) {
    for (const int each : {socket, duplicate}) {
      if (each >= 0) close(each);
    }
    pollfd stop = {stop_, POLLIN, 0};
    poll(&stop, 1, kAcceptPauseMs);
    return;
  }
  inside->insert(duplicate);
  Acceptor::NewConnectionParameters connection;
  connection.listener_fd = listener_;
  connection.fd = socket;
  acceptor_->HandleNewConnection(&connection);
}

void ConnectionDoor::Refuse(int socket) {
  close(socket);
  int64_t left_out = 0;
  if (log_ == nullptr || !refusals_.Due("full", absl::Now(), &left_out)) return;
  log_->Warning("a gRPC connection is refused: there are as many as there may be",
                {{"most", most_}, {"refused_before", left_out}});
}

}  // namespace muster::daemon
