// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/api_error.h"

#include <simdjson.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "k8s/meta.pb.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/codec/quote.h"

namespace muster::kube {
namespace {

constexpr size_t kMessageBytes = 512;

bool ReadProtobuf(absl::string_view body, ApiError* error) {
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(body);
  k8s::Status status;
  if (!envelope.ok() ||
      !status.ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size()))) {
    return false;
  }
  *error = {status.code(), status.reason(), status.message(), "", ""};
  if (status.details().causes_size() > 0) {
    error->cause = status.details().causes(0).type();
    error->cause_message = status.details().causes(0).message();
  }
  return true;
}

bool ReadJson(absl::string_view body, ApiError* error) {
  simdjson::dom::parser parser;
  simdjson::dom::element status;
  if (parser.parse(body.data(), body.size()).get(status) != simdjson::SUCCESS) return false;
  int64_t code = 0;
  std::string_view text;
  if (status["code"].get(code) == simdjson::SUCCESS) error->code = static_cast<int>(code);
  if (status["reason"].get(text) == simdjson::SUCCESS) error->reason = std::string(text);
  if (status["message"].get(text) == simdjson::SUCCESS) error->message = std::string(text);
  const auto cause = status["details"]["causes"].at(0);
  if (cause["reason"].get(text) == simdjson::SUCCESS) error->cause = std::string(text);
  if (cause["message"].get(text) == simdjson::SUCCESS) error->cause_message = std::string(text);
  return true;
}

}  // namespace

ApiError ReadApiError(absl::string_view body) {
  ApiError error;
  const bool known = codec::HasEnvelope(body)
                         ? ReadProtobuf(body, &error)
                         : !body.empty() && body.front() == '{' && ReadJson(body, &error);
  if (!known) error.message = codec::Quoted(absl::StripAsciiWhitespace(body), kMessageBytes);
  for (std::string* text : {&error.message, &error.cause_message}) {
    if (text->size() > kMessageBytes) text->resize(kMessageBytes);
  }
  if (error.message.empty()) error.message = "no message";
  return error;
}

std::string ErrorText(const HttpReply& reply) {
  if (!reply.transport.ok()) return std::string(reply.transport.message());
  const ApiError error = ReadApiError(reply.body);
  return absl::StrCat(reply.code, error.reason.empty() ? "" : " ", error.reason, ": ",
                      error.message);
}

absl::Duration RetryFloor(const HttpReply& reply) {
  return std::min(reply.retry_after, absl::Minutes(1));
}

std::string EscapeQuery(absl::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kHex[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace muster::kube
