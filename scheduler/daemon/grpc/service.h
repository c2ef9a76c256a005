// SPDX-License-Identifier: Apache-2.0
// muster.v1.Muster: looks at who asks (Gate), asks for them (Questions), and answers within the
// caller's deadline or kPatience. gRPC's threads never wait: Hands do.
#pragma once

#include <atomic>
#include <functional>

#include "muster/v1/muster.grpc.pb.h"
#include "scheduler/daemon/grpc/decision_streams.h"
#include "scheduler/daemon/grpc/gate.h"
#include "scheduler/daemon/grpc/hands.h"

namespace muster::daemon {

class Service : public v1::Muster::CallbackService {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(5);
  static constexpr int kDumps = 2;  // at a time

  // All outlive it.
  Service(Questions* questions, const Gate* gate, Hands* hands, DecisionStreams* streams)
      : questions_(questions), gate_(gate), hands_(hands), streams_(streams) {}

  using Context = grpc::CallbackServerContext;
  grpc::ServerUnaryReactor* ListQueues(Context* context, const v1::ListQueuesRequest* request,
                                       v1::ListQueuesResponse* response) override;
  grpc::ServerUnaryReactor* ListGangs(Context* context, const v1::ListGangsRequest* request,
                                      v1::ListGangsResponse* response) override;
  grpc::ServerUnaryReactor* Explain(Context* context, const v1::ExplainRequest* request,
                                    v1::Explanation* response) override;
  grpc::ServerWriteReactor<v1::Decision>* WatchDecisions(
      Context* context, const v1::WatchDecisionsRequest* request) override;
  grpc::ServerUnaryReactor* ListNodes(Context* context, const v1::ListNodesRequest* request,
                                      v1::ListNodesResponse* response) override;
  grpc::ServerWriteReactor<v1::DumpStateChunk>* DumpState(
      Context* context, const v1::DumpStateRequest* request) override;
  grpc::ServerUnaryReactor* WhatIf(Context* context, const v1::WhatIfRequest* request,
                                   v1::WhatIfResponse* response) override;
  grpc::ServerUnaryReactor* GetCost(Context* context, const v1::GetCostRequest* request,
                                    v1::GetCostResponse* response) override;

 private:
  using Left = std::function<absl::Duration()>;  // of the caller's patience
  using Work = std::function<absl::Status(const std::string& authorization, const Left& left)>;
  grpc::ServerUnaryReactor* Serve(Context* context, Work work);

  Questions* const questions_;
  const Gate* const gate_;
  Hands* const hands_;
  DecisionStreams* const streams_;
  std::atomic<int> dumps_{0};
};

}  // namespace muster::daemon
