// SPDX-License-Identifier: Apache-2.0
// Whether a question may be asked, and how much its answer shows. On plain loopback nobody is asked
// for a token: whoever reaches that address runs on the daemon's own host or pod.
//
// Who may not list gangs of all namespaces sees those of each namespace in which they may: the one
// that the question names; else their own (of a service account) and those in which gangs exist, of
// which at most kMostReviewed are looked at.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "scheduler/daemon/grpc/authorizer.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

// How the metadata key `authorization` is read; the token of "Bearer TOKEN". Unauthenticated.
absl::StatusOr<std::string> BearerToken(absl::string_view authorization);

class Gate {
 public:
  static constexpr size_t kMostReviewed = 50;
  using Namespaces = std::function<absl::StatusOr<std::vector<std::string>>(absl::Duration)>;

  // Everybody may ask everything.
  Gate() = default;
  // `namespaces`: those in which gangs exist.
  Gate(Authorizer* authorizer, Namespaces namespaces)
      : authorizer_(authorizer), namespaces_(std::move(namespaces)) {}

  // Errors: Unauthenticated; PermissionDenied, which names who, verb, resource and namespace; and
  // what Authorizer's calls give. `authorization` is the metadata's value, empty where there is
  // none.

  // For a resource that has no namespaces.
  absl::Status Admit(absl::string_view authorization, const Access& access,
                     absl::Duration patience) const;
  // For a resource in namespaces; `ns` is the one that is asked about, empty: all that are seen.
  absl::StatusOr<Sight> SightOf(absl::string_view authorization, absl::string_view verb,
                                absl::string_view resource, const std::string& ns,
                                absl::Duration patience) const;
  // The tree of queues may be seen by whoever may list queues, everywhere or in any namespace.
  absl::StatusOr<Sight> QueueSightOf(absl::string_view authorization,
                                     absl::Duration patience) const;

 private:
  absl::StatusOr<Caller> CallerOf(absl::string_view authorization, absl::Duration patience) const;
  absl::StatusOr<std::set<std::string>> Allowed(const Caller& caller, absl::string_view verb,
                                                absl::string_view resource, absl::Duration patience,
                                                bool* all) const;

  Authorizer* authorizer_ = nullptr;
  Namespaces namespaces_;
};

}  // namespace muster::daemon
