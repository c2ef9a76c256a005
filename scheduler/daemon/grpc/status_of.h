// SPDX-License-Identifier: Apache-2.0
// Statuses and deadlines between gRPC and the rest.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace muster::daemon {

// Codes of both are numbered alike.
inline grpc::Status GrpcStatusOf(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

// What a caller has left, at most `cap`.
inline absl::Duration PatienceOf(const grpc::CallbackServerContext& context, absl::Duration cap) {
  const absl::Duration left = absl::FromChrono(context.deadline()) - absl::Now();
  return std::min(left, cap);
}

// The value of metadata `authorization`; empty where there is none.
inline std::string AuthorizationOf(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

}  // namespace muster::daemon
