// SPDX-License-Identifier: Apache-2.0
// Accepts connections for the gRPC server, at most so many: gRPC 1.51 has no such limit of its own.
// One more is closed at once; who is inside is served as before.
//
// The server owns each connection that it is handed, and nobody is told when it closes one. So the
// door keeps a duplicate of the descriptor: gRPC shuts a socket down before it closes it, in both
// directions, which wakes the duplicate with EPOLLHUP, as a reset by the peer does. Its place is
// then free. A thread of its own; two descriptors a connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "absl/status/statusor.h"
#include "grpcpp/server_builder.h"
#include "scheduler/daemon/flags.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/repeats.h"

namespace muster::daemon {

class ConnectionDoor {
 public:
  using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

  // Listens; who connects waits for Serve. `log` may be null and outlives it.
  static absl::StatusOr<std::unique_ptr<ConnectionDoor>> Open(const HostPort& address, size_t most,
                                                              Log* log);
  ~ConnectionDoor();
  ConnectionDoor(const ConnectionDoor&) = delete;
  ConnectionDoor& operator=(const ConnectionDoor&) = delete;

  int port() const;
  // To the acceptor of a server that was started.
  void Serve(std::unique_ptr<Acceptor> acceptor);

 private:
  ConnectionDoor(int listener, int epoll, int stop, size_t most, Log* log);
  void Run();
  void Accept(std::set<int>* inside);
  void Refuse(int socket);
  bool Watch(int descriptor, uint32_t events) const;

  const int listener_;
  const int epoll_;
  const int stop_;  // eventfd
  const size_t most_;
  Log* const log_;
  Repeats refusals_;
  std::unique_ptr<Acceptor> acceptor_;
  std::optional<std::thread> thread_;
};

}  // namespace muster::daemon
