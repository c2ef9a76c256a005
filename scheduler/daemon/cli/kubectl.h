// SPDX-License-Identifier: Apache-2.0
// What kubectl does for us: it knows the kubeconfig, all its ways to log in, and the way to a
// Service through the API server.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/daemon/cli/child.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

class Kubectl {
 public:
  // Empty: what kubectl takes by itself (KUBECONFIG, the current context).
  Kubectl(std::string kubeconfig, std::string context)
      : kubeconfig_(std::move(kubeconfig)), context_(std::move(context)) {}

  // The bearer token of the kubeconfig's user: `token`, `tokenFile`, or that of its `exec` program.
  // Empty: it has none, as users with a client certificate. Errors: Unauthenticated, with what
  // kubectl or the program said.
  absl::StatusOr<std::string> Token(const Until& until) const;
  // A short-lived token of a service account.
  absl::StatusOr<std::string> CreateToken(const ObjectName& account, const Until& until) const;

  struct Forward {
    Child kubectl;  // the way is open while this lives
    std::string target;
    std::string to;  // "pod/muster-7d9f"
  };
  // A way from a free port of this machine to the port of that name, of the pod that leads: who
  // holds the Lease named as the Service. Who may not read that comes to any pod of the Service.
  // Unavailable, with what kubectl said.
  absl::StatusOr<Forward> PortForward(const ObjectName& service, absl::string_view port,
                                      const Until& until) const;

 private:
  std::string Leader(const ObjectName& service, const Until& until) const;
  std::vector<std::string> Command(std::vector<std::string> words) const;

  std::string kubeconfig_;
  std::string context_;
};

}  // namespace muster::daemon::cli
