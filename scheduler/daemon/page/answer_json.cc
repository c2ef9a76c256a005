// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/answer_json.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "scheduler/codec/json_text.h"

namespace muster::daemon {
namespace {

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument: return 400;
    case absl::StatusCode::kNotFound: return 404;
    case absl::StatusCode::kResourceExhausted: return 429;
    case absl::StatusCode::kUnimplemented: return 501;
    case absl::StatusCode::kUnavailable: return 503;
    case absl::StatusCode::kDeadlineExceeded: return 504;
    default: return 500;
  }
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : "{}";
}

std::string ToJson(const std::vector<v1::Decision>& decisions) {
  std::string json = "[";
  for (const v1::Decision& decision : decisions) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", ToJson(decision));
  }
  return absl::StrCat(json, "]");
}

Page JsonPage(std::string json) { return {200, "application/json", std::move(json)}; }

Page ErrorPage(const absl::Status& status) {
  Page page = JsonPage(absl::StrCat(
      "{\"error\":{\"code\":", codec::JsonText(absl::StatusCodeToString(status.code())),
      ",\"message\":", codec::JsonText(status.message()), "}}"));
  page.status = HttpStatus(status.code());
  return page;
}

}  // namespace muster::daemon
