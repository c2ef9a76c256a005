// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/http/http_connection.h"
#include "scheduler/daemon/http/page_makers.h"
#include "scheduler/daemon/listener.h"

namespace muster::daemon {
namespace {

// How long the listener is left alone when the process has no file descriptor left.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(200);

// Of a clock that never jumps; only differences mean anything.
absl::Time Now() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

class HttpServer::Core {
 public:
  Core(int listener, Pages pages, HttpLimits limits, HttpRules rules)
      : listener_(listener), shared_{std::move(pages), limits, std::move(rules)} {
    if (shared_.rules.makers == 0) return;
    makers_ = std::make_unique<PageMakers>(shared_.pages, shared_.rules.makers, limits.connections);
    shared_.makers = makers_.get();
  }
  ~Core() { close(listener_); }

  // Until `stop` is readable.
  void Run(int stop) {
    std::vector<pollfd> watched;
    while (true) {
      absl::Time now = Now();
      watched.assign({{stop, POLLIN, 0},
                      {now < pause_until_ ? -1 : listener_, POLLIN, 0},
                      {makers_ == nullptr ? -1 : makers_->fd(), POLLIN, 0},
                      {events() == nullptr ? -1 : events()->fd(), POLLIN, 0}});
      for (const auto& connection : connections_) {
        watched.push_back({connection->socket(), connection->events(), 0});
      }
      poll(watched.data(), watched.size(), Patience(now));
      if (watched[kStop].revents != 0) return;
      now = Now();
      const bool appended = watched[kEvents].revents != 0;
      if (appended) events()->Drain();
      MoveReady(watched, appended, now);
      if (watched[kMade].revents != 0) GiveMade(now);
      if (watched[kListener].revents != 0) Accept(now);
      TellListeners();
    }
  }

 private:
  // Places in what is watched.
  enum { kStop, kListener, kMade, kEvents, kConnections };

  EventLog* events() const { return shared_.rules.events.get(); }

  // Milliseconds until the next deadline; -1: none.
  int Patience(absl::Time now) const {
    absl::Time next = now < pause_until_ ? pause_until_ : absl::InfiniteFuture();
    for (const auto& connection : connections_) next = std::min(next, connection->deadline());
    if (next == absl::InfiniteFuture()) return -1;
    return static_cast<int>(absl::ToInt64Milliseconds(std::max(next - now, absl::ZeroDuration()))) +
           1;
  }

  void MoveReady(const std::vector<pollfd>& watched, bool appended, absl::Time now) {
    for (size_t i = 0; i < connections_.size(); ++i) {
      HttpConnection& connection = *connections_[i];
      const bool ready =
          watched[i + kConnections].revents != 0 || (appended && connection.streaming());
      // Also one that never stops sending is closed when its time is over.
      const bool open =
          now >= connection.deadline() ? connection.Expire(now) : !ready || connection.Move(now);
      if (!open) connections_[i] = nullptr;
    }
    connections_.erase(std::remove(connections_.begin(), connections_.end(), nullptr),
                       connections_.end());
  }

  // A page whose client has left, or has been told that it took too long, has nobody to go to.
  void GiveMade(absl::Time now) {
    for (const auto& [ticket, page] : makers_->Take()) {
      const auto waits = std::find_if(
          connections_.begin(), connections_.end(),
          [ticket = ticket](const auto& connection) { return connection->ticket() == ticket; });
      if (waits != connections_.end() && !(*waits)->Give(page, now)) connections_.erase(waits);
    }
  }

  void TellListeners() {
    if (events() == nullptr || told_ == shared_.streams) return;
    told_ = shared_.streams;
    events()->SetListeners(told_);
  }

  void Accept(absl::Time now) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS;
      if (exhausted || errno == ENOMEM) pause_until_ = now + kAcceptPause;
      return;
    }
    if (connections_.size() >= shared_.limits.connections) MakeRoom();
    connections_.push_back(std::make_unique<HttpConnection>(socket, &shared_, now));
  }

  void MakeRoom() {
    const auto quietest = std::min_element(
        connections_.begin(), connections_.end(), [](const auto& a, const auto& b) {
          return std::make_pair(a->answering(), a->quiet_since()) <
                 std::make_pair(b->answering(), b->quiet_since());
        });
    connections_.erase(quietest);
  }

  const int listener_;
  HttpShared shared_;
  size_t told_ = 0;  // how many follow events, as the log was told
  std::unique_ptr<PageMakers> makers_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
  absl::Time pause_until_ = absl::InfinitePast();
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const HostPort& address, Pages pages,
                                                               HttpLimits limits, HttpRules rules) {
  absl::StatusOr<int> listener = OpenListener(address);
  if (!listener.ok()) return listener.status();
  const int port = PortOf(*listener);
  auto core = std::make_unique<Core>(*listener, std::move(pages), limits, std::move(rules));
  const int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop < 0) return CannotListen(address, std::strerror(errno));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core), port, stop));
}

HttpServer::HttpServer(std::unique_ptr<Core> core, int port, int stop)
    : core_(std::move(core)), port_(port), stop_(stop), thread_([this] { core_->Run(stop_); }) {}

HttpServer::~HttpServer() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
}

}  // namespace muster::daemon
