// SPDX-License-Identifier: Apache-2.0
// What the fake API server reads from bodies and says in them.
#pragma once

#include <string>

#include "k8s/meta.pb.h"
#include "scheduler/codec/envelope.h"
#include "test/kube/fake_http.h"

namespace muster::kube {

inline k8s::Status MakeStatus(int code, const std::string& reason, const std::string& message) {
  k8s::Status status;
  status.set_status(code < 300 ? "Success" : "Failure");
  status.set_code(code);
  status.set_reason(reason);
  status.set_message(message);
  return status;
}

inline std::string StatusBody(int code, const std::string& reason, const std::string& message) {
  return MakeStatus(code, reason, message).SerializeAsString();
}

template <typename T>
bool ParseBody(const WireRequest& request, T* out) {
  const auto envelope = codec::OpenEnvelope(request.body);
  return envelope.ok() &&
         out->ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size()));
}

}  // namespace muster::kube
