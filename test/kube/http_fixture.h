// SPDX-License-Identifier: Apache-2.0
// One request to the end of its exchange, for tests of Http alone.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>

#include "scheduler/kube/http.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {

inline HttpReply Exchange(Http& http, HttpRequest request) {
  std::optional<HttpReply> reply;
  http.Send(std::move(request), [&](HttpReply r) { reply = std::move(r); });
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  while (!reply.has_value() && absl::Now() < limit) http.Poll(absl::Milliseconds(10));
  REQUIRE(reply.has_value());
  return *std::move(reply);
}

inline HttpRequest Get(const std::string& path) {
  HttpRequest request;
  request.path = path;
  return request;
}

}  // namespace muster::kube
