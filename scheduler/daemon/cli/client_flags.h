// SPDX-License-Identifier: Apache-2.0
// The flags by which every read command finds the daemon and says who asks.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

struct ClientFlags {
  std::string server;  // empty: MUSTER_SERVER, else through the kubeconfig
  bool insecure = false;
  std::string ca_file;
  std::string tls_server_name;
  std::string token;
  std::string token_file;
  ObjectName account;  // a token of this service account is asked for
  std::string kubeconfig;
  std::string context;
  ObjectName service{"muster-system", "muster"};
  absl::Duration timeout = absl::Seconds(5);

  void Declare(FlagSet* flags);
};

}  // namespace muster::daemon::cli
