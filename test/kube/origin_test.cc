// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/origin.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

std::string Parts(absl::string_view url) {
  const absl::StatusOr<Origin> origin = ParseOrigin(url);
  if (!origin.ok()) return std::string(origin.status().message());
  return absl::StrCat(origin->tls ? "tls " : "plain ", origin->authority, " ", origin->host, " ",
                      origin->port, " ", origin->prefix);
}

TEST_CASE("a URL is taken apart: names, addresses of both kinds, ports, a prefix") {
  CHECK(Parts("https://api.example.com") == "tls api.example.com api.example.com 443 ");
  CHECK(Parts("https://10.0.0.1:6443/") == "tls 10.0.0.1:6443 10.0.0.1 6443 ");
  CHECK(Parts("https://[fd00::1]:6443") == "tls [fd00::1]:6443 fd00::1 6443 ");
  CHECK(Parts("https://[fd00::1]") == "tls [fd00::1] fd00::1 443 ");
  CHECK(Parts("http://localhost/k8s/c-1/") == "plain localhost localhost 80 /k8s/c-1");
}

TEST_CASE("a URL that leaves a part open is refused") {
  for (const char* url :
       {"", "api:6443", "https://", "https:///x", "https://h:", "https://h:0", "https://h:65536",
        "https://h:x", "https://[::1", "https://[::1]x", "https://[]", "https://u@h", "https://h?q",
        "https://h#f", "https://h h"}) {
    CAPTURE(url);
    CHECK(Parts(url) == absl::StrCat("\"", url, "\": expected https://HOST[:PORT][/PREFIX]"));
  }
}

}  // namespace
}  // namespace muster::kube
