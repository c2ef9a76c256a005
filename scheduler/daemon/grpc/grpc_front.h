// SPDX-License-Identifier: Apache-2.0
// The gRPC side of the daemon, wired: server, gate, and the reviews behind it where callers have to
// show a token.
#pragma once

#include <memory>
#include <optional>

#include "scheduler/daemon/grpc/grpc_server.h"
#include "scheduler/daemon/grpc/reviews.h"
#include "scheduler/daemon/view/desk.h"

namespace muster::daemon {

class GrpcFront {
 public:
  // On plain loopback nobody is asked for a token. `clock`, `desk` and `log` outlive it.
  static absl::StatusOr<std::unique_ptr<GrpcFront>> Open(const GrpcSettings& settings,
                                                         const kube::Credentials& credentials,
                                                         const kube::BootClock& clock, Desk* desk,
                                                         Log* log);
  ~GrpcFront() { Stop(); }

  int port() const { return server_->port(); }
  // Told on each turn of the loop; costs something where it changes.
  void SetServing(bool serving);
  // After the desk is closed; within a second.
  void Stop();

 private:
  GrpcFront() = default;

  std::optional<Reviews> reviews_;
  Gate gate_;
  bool serving_ = false;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace muster::daemon
