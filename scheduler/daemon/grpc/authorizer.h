// SPDX-License-Identifier: Apache-2.0
// Who asks, and what they may ask: seams to Kubernetes' own answers (reviews.h). Thread-safe; calls
// wait at most `patience`. Errors: Unauthenticated (the token is not good), Unavailable (nobody
// could be asked), DeadlineExceeded.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::daemon {

struct Caller {
  std::string name;  // "alice", "system:serviceaccount:team:ci"
  std::string uid;
  std::vector<std::string> groups;
  std::string extra;  // JSON object as the TokenReview gave it; empty: none
};

// A verb on a resource of group muster.dev, which exists in RBAC only.
struct Access {
  absl::string_view verb;      // "get", "list", "watch"
  absl::string_view resource;  // "queues", "gangs", "nodes", "costs", "state"
  std::string ns;              // empty: in all namespaces, or of the cluster
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual absl::StatusOr<Caller> WhoIs(const std::string& token, absl::Duration patience) = 0;
  virtual absl::StatusOr<bool> May(const Caller& caller, const Access& access,
                                   absl::Duration patience) = 0;
};

}  // namespace muster::daemon
