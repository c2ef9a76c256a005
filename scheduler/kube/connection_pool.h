// SPDX-License-Identifier: Apache-2.0
// The connections to one API server: kept alive between requests, dialled where none is idle.
//
// One that the server closed while it was idle is never handed out, as far as the last wait for
// news told. Connections are destroyed in Sweep only, so that they may be given up inside their own
// callbacks.
#pragma once

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/kube/connection.h"
#include "scheduler/kube/origin.h"
#include "scheduler/kube/resolver.h"
#include "scheduler/kube/tls.h"

namespace muster::kube {

class ConnectionPool {
 public:
  // `tls` is null for plain HTTP.
  ConnectionPool(Sockets& sockets, const Origin& origin, std::unique_ptr<TlsContext> tls);

  // An idle connection that stands, or a new one, which OpenNew opens.
  Connection* Take(absl::Duration now);
  // Opens the new ones, as soon as the server's address is known. Calls their users.
  void OpenNew(absl::Duration now);
  // It goes on being of use to others.
  void Keep(Connection* connection, absl::Duration now);
  // Closes it.
  void Drop(Connection* connection);
  // Frees what was dropped.
  void Sweep();

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    absl::Duration since;
  };

  std::unique_ptr<Connection> Release(Connection* connection);

  Sockets& sockets_;
  const std::unique_ptr<TlsContext> tls_;
  ReadBuffers buffers_;
  Resolver resolver_;
  std::vector<std::unique_ptr<Connection>> used_;
  std::vector<Connection*> new_;  // of those in use, not opened yet
  std::vector<Idle> idle_;        // the longest idle first
  std::vector<std::unique_ptr<Connection>> dropped_;
};

}  // namespace muster::kube
