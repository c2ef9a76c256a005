// SPDX-License-Identifier: Apache-2.0
// The gRPC server: muster.v1, health and reflection, behind TLS or on plain loopback, with bounds
// on what one client may cost.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/daemon/flags.h"
#include "scheduler/daemon/grpc/connection_door.h"
#include "scheduler/daemon/grpc/service.h"
#include "scheduler/daemon/log.h"

namespace muster::daemon {

struct GrpcSettings {
  HostPort listen;
  // PEM files, read again as they change; both empty: plain text, for loopback alone.
  std::string certificate;
  std::string key;
  // One more is closed at once.
  size_t most_connections = 256;
  // A connection that has not begun to speak gRPC after that, or that asks nothing for so long, is
  // closed.
  absl::Duration handshake = absl::Seconds(5);
  absl::Duration idle = absl::Minutes(5);
};

// Whether the address is reached from the same host only: 127.0.0.0/8, [::1], localhost.
bool IsLoopback(const HostPort& address);

class GrpcServer {
 public:
  // A request is larger than that: RESOURCE_EXHAUSTED.
  static constexpr int kLargestRequest = 1 << 20;
  static constexpr int kLargestHeaders = 32 << 10;

  // `questions`, `gate` and `log` outlive it. Errors name the flag and the file, or the address.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Listen(const GrpcSettings& settings,
                                                            Questions* questions, const Gate* gate,
                                                            Log* log);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  int port() const { return port_; }
  // What the health service says: SERVING or NOT_SERVING. Any thread.
  void SetServing(bool serving);
  // Ends what is under way, within a second; whoever answers (Questions, Gate) must be closed
  // before.
  void Stop();

 private:
  GrpcServer(Questions* questions, const Gate* gate);

  Hands hands_;
  DecisionStreams streams_;
  Service service_;
  int port_ = 0;
  bool stopped_ = false;
  std::unique_ptr<ConnectionDoor> door_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace muster::daemon
