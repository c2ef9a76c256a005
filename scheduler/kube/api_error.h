// SPDX-License-Identifier: Apache-2.0
// What an API server says when it refuses: a Status in protobuf or JSON, or plain text (its filters
// for overload and authentication answer so). One line for people, code and reason for us.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/kube/http.h"

namespace muster::kube {

struct ApiError {
  int code = 0;
  std::string reason;   // "Conflict", "Expired"; may be empty
  std::string message;  // never empty
  // Of a refusal with details: the first cause's type ("DisruptionBudget") and words.
  std::string cause;
  std::string cause_message;
};

ApiError ReadApiError(absl::string_view body);
// "409 Conflict: pod x is already assigned to node y", or the transport's error.
std::string ErrorText(const HttpReply& reply);

// The least wait before a retry: what the server asked for.
absl::Duration RetryFloor(const HttpReply& reply);

// Percent-encoding for a query value or a path segment.
std::string EscapeQuery(absl::string_view text);

}  // namespace muster::kube
