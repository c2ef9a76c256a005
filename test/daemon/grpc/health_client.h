// SPDX-License-Identifier: Apache-2.0
// Asks grpc.health.v1.Health by its wire form, since no package has its generated client.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/client_unary_call.h"

namespace muster::daemon {

// "SERVING", "NOT_SERVING", or the error.
inline std::string HealthOf(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& service) {
  // HealthCheckRequest{service = 1}, HealthCheckResponse{status = 1: 1 SERVING, 2 NOT_SERVING}.
  std::string bytes;
  if (!service.empty()) {
    bytes = std::string("\x0a") + static_cast<char>(service.size()) + service;
  }
  grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Check",
                                         grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel.get(), method, &context, request, &response);
  if (!status.ok()) return status.error_message();
  grpc::Slice whole;
  if (!response.DumpToSingleSlice(&whole).ok() || whole.size() != 2) return "malformed";
  return whole.begin()[1] == 1 ? "SERVING" : "NOT_SERVING";
}

}  // namespace muster::daemon
