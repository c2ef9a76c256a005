// SPDX-License-Identifier: Apache-2.0
// Answers as JSON: protobuf's own form, with the names of fields as in the .proto file. An error is
// {"error": {"code": "NOT_FOUND", "message": "..."}}.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/http/http_site.h"

namespace muster::daemon {

// One line. A message that cannot be told (text that is not UTF-8) is "{}".
std::string ToJson(const google::protobuf::Message& message);
// A list of messages, as in {"decisions": [...]}.
std::string ToJson(const std::vector<v1::Decision>& decisions);

Page JsonPage(std::string json);
Page ErrorPage(const absl::Status& status);

template <typename Message>
Page AnswerPage(const absl::StatusOr<Message>& answer) {
  return answer.ok() ? JsonPage(ToJson(*answer)) : ErrorPage(answer.status());
}

}  // namespace muster::daemon
