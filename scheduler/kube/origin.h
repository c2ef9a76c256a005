// SPDX-License-Identifier: Apache-2.0
// The API server's URL in the parts that a connection and a request need.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace muster::kube {

struct Origin {
  bool tls = true;
  std::string authority;  // as the Host header says it: "10.0.0.1:6443", "[fd00::1]"
  std::string host;       // a name or an address without brackets
  std::string port;       // a number
  std::string prefix;     // of every path, as behind some proxies: "/k8s/clusters/c-1"; or empty
};

// "https://host[:port][/prefix]", or http. InvalidArgument says what was expected.
absl::StatusOr<Origin> ParseOrigin(absl::string_view url);

}  // namespace muster::kube
