// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/review_json.h"

#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/json_text.h"

namespace muster::daemon {
namespace {

using simdjson::dom::element;

absl::Status NotUnderstood(absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("the API server's answer to a ", what, " cannot be understood"));
}

// "" where there is no such text.
std::string TextAt(const element& object, const char* key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

Caller ReadUser(const element& user) {
  Caller caller;
  caller.name = TextAt(user, "username");
  caller.uid = TextAt(user, "uid");
  simdjson::dom::array groups;
  if (user["groups"].get(groups) == simdjson::SUCCESS) {
    for (const element group : groups) {
      std::string_view text;
      if (group.get(text) == simdjson::SUCCESS) caller.groups.emplace_back(text);
    }
  }
  simdjson::dom::object extra;
  if (user["extra"].get(extra) == simdjson::SUCCESS) caller.extra = simdjson::minify(extra);
  return caller;
}

}  // namespace

std::string TokenReviewBody(absl::string_view token) {
  return absl::StrCat(
      R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":)",
      codec::JsonText(token), "}}");
}

std::string AccessReviewBody(const Caller& caller, const Access& access) {
  const auto text = [](std::string* out, const std::string& group) {
    out->append(codec::JsonText(group));
  };
  return absl::StrCat(
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":)",
      codec::JsonText(caller.name), R"(,"uid":)", codec::JsonText(caller.uid), R"(,"groups":[)",
      absl::StrJoin(caller.groups, ",", text), R"(],"extra":)",
      caller.extra.empty() ? "{}" : caller.extra,
      R"(,"resourceAttributes":{"group":"muster.dev","resource":)",
      codec::JsonText(access.resource), R"(,"verb":)", codec::JsonText(access.verb),
      R"(,"namespace":)", codec::JsonText(access.ns), "}}}");
}

absl::StatusOr<Caller> ReadTokenReview(absl::string_view body) {
  simdjson::dom::parser parser;
  element root, status;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root["status"].get(status) != simdjson::SUCCESS) {
    return NotUnderstood("TokenReview");
  }
  bool authenticated = false;
  if (status["authenticated"].get(authenticated) != simdjson::SUCCESS || !authenticated) {
    return absl::UnauthenticatedError("the bearer token is not valid, or no longer");
  }
  element user;
  if (status["user"].get(user) != simdjson::SUCCESS) return NotUnderstood("TokenReview");
  Caller caller = ReadUser(user);
  if (caller.name.empty()) return NotUnderstood("TokenReview");
  return caller;
}

absl::StatusOr<bool> ReadAccessReview(absl::string_view body) {
  simdjson::dom::parser parser;
  element root;
  bool allowed = false;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root["status"]["allowed"].get(allowed) != simdjson::SUCCESS) {
    return NotUnderstood("SubjectAccessReview");
  }
  return allowed;
}

}  // namespace muster::daemon
