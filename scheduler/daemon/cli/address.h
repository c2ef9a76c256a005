// SPDX-License-Identifier: Apache-2.0
// Where the daemon's gRPC is, as written in --server or MUSTER_SERVER:
//   https://HOST:PORT   TLS
//   http://HOST:PORT    plain; this machine only
//   HOST:PORT           TLS; on this machine plain, unless an authority is given to check it by
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace muster::daemon::cli {

struct Address {
  std::string target;  // "127.0.0.1:9443", "[::1]:9443", "muster.example.com:443"
  bool plain = false;  // without TLS
  bool loopback = false;
};

// What decides where the text has no scheme.
struct AddressRules {
  bool insecure = false;   // --insecure: plain
  bool authority = false;  // --ca-file
};

// InvalidArgument names the text and what was expected.
absl::StatusOr<Address> ReadAddress(absl::string_view text, const AddressRules& rules);

}  // namespace muster::daemon::cli
