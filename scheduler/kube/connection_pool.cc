// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/connection_pool.h"

#include <algorithm>
#include <utility>

namespace muster::kube {
namespace {

// Below the server's idle timeout (90 s), so that a request seldom meets a closing connection.
constexpr absl::Duration kIdle = absl::Seconds(60);

}  // namespace

ConnectionPool::ConnectionPool(Sockets& sockets, const Origin& origin,
                               std::unique_ptr<TlsContext> tls)
    : sockets_(sockets),
      tls_(std::move(tls)),
      resolver_(origin.host, origin.port, [&sockets] { sockets.Wake(); }) {}

Connection* ConnectionPool::Take(absl::Duration now) {
  while (!idle_.empty()) {
    Idle last = std::move(idle_.back());
    idle_.pop_back();
    if (!last.connection->open() || now - last.since >= kIdle) continue;
    used_.push_back(std::move(last.connection));
    return used_.back().get();
  }
  used_.push_back(std::make_unique<Connection>(sockets_, tls_.get(), buffers_));
  new_.push_back(used_.back().get());
  return used_.back().get();
}

void ConnectionPool::OpenNew(absl::Duration now) {
  if (new_.empty()) return;
  const auto* addresses = resolver_.Ask(now);
  if (addresses == nullptr) return;
  for (Connection* connection : std::exchange(new_, {})) {
    if (!connection->closed()) connection->Open(*addresses);
  }
}

void ConnectionPool::Keep(Connection* connection, absl::Duration now) {
  connection->set_user(nullptr);
  idle_.push_back({Release(connection), now});
}

void ConnectionPool::Drop(Connection* connection) {
  connection->Close();
  if (connection->sent() == 0) resolver_.Distrust();  // it never stood
  std::erase(new_, connection);
  dropped_.push_back(Release(connection));
}

void ConnectionPool::Sweep() {
  dropped_.clear();
  std::erase_if(idle_, [](const Idle& idle) { return !idle.connection->open(); });
}

std::unique_ptr<Connection> ConnectionPool::Release(Connection* connection) {
  const auto it = std::find_if(used_.begin(), used_.end(),
                               [&](const auto& used) { return used.get() == connection; });
  std::unique_ptr<Connection> out = std::move(*it);
  *it = std::move(used_.back());
  used_.pop_back();
  return out;
}

}  // namespace muster::kube
