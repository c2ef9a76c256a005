// SPDX-License-Identifier: Apache-2.0
// The flags of `muster serve`, read and checked against each other.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/daemon/flags.h"
#include "scheduler/daemon/log.h"

namespace muster::daemon {

struct ServeFlags {
  std::string kubeconfig;  // empty: the service account of the pod
  std::string config;      // a file; empty: `configmap`
  ObjectName configmap;    // empty where `config` is given
  HostPort listen{"127.0.0.1", 8080};
  HostPort grpc_listen;  // no host: there is no gRPC
  std::string grpc_cert;
  std::string grpc_key;
  bool grpc_insecure = false;
  HostPort page_listen{"127.0.0.1", 8082};
  std::string page_hosts;  // joined by commas
  std::string scheduler_name = "muster";
  bool leader_elect = true;
  ObjectName lease{"muster-system", "muster"};
  absl::Duration lease_duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry_period = absl::Seconds(2);
  std::string log_level = "info";
  std::string record;  // a folder; empty: nothing is recorded
  int64_t record_files = 8;
  int64_t record_megabytes = 64;

  LogLevel level() const;
  // Of page_hosts, one by one.
  std::vector<std::string> page_host_names() const;
};

// Declares every flag with its default, filling `values`.
FlagSet DeclareServeFlags(ServeFlags* values);

// Checks what no single flag can tell, in one line, and sets the default of --configmap.
absl::Status FinishServeFlags(ServeFlags* values);

}  // namespace muster::daemon
