// SPDX-License-Identifier: Apache-2.0
// TokenReview and SubjectAccessReview on the wire, as JSON. Source: Kubernetes
// authentication.k8s.io/v1 and authorization.k8s.io/v1.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "scheduler/daemon/grpc/authorizer.h"

namespace muster::daemon {

inline constexpr absl::string_view kTokenReviews = "/apis/authentication.k8s.io/v1/tokenreviews";
inline constexpr absl::string_view kAccessReviews =
    "/apis/authorization.k8s.io/v1/subjectaccessreviews";

std::string TokenReviewBody(absl::string_view token);
std::string AccessReviewBody(const Caller& caller, const Access& access);

// Unauthenticated where the server says that the token is not good, Unavailable where the answer
// cannot be understood.
absl::StatusOr<Caller> ReadTokenReview(absl::string_view body);
absl::StatusOr<bool> ReadAccessReview(absl::string_view body);

}  // namespace muster::daemon
