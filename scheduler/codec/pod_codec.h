// SPDX-License-Identifier: Apache-2.0
// A core/v1 Pod from the wire into the model. The message lives in an arena for the length of one
// call and nothing of it is kept. A malformed field of the pod is no error here: it is told in
// Pod.config_error, so that the pod waits with a reason and delays nobody.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/pod.h"

namespace muster::codec {

inline constexpr absl::string_view kQueueLabel = "muster.dev/queue";
inline constexpr absl::string_view kGangLabel = "muster.dev/gang";
inline constexpr absl::string_view kGangMinAnnotation = "muster.dev/gang-min";
inline constexpr absl::string_view kRuntimeAnnotation = "muster.dev/runtime";

struct DecodedPod {
  Pod pod;
  std::string resource_version;
};

// `raw` is the bare message. InvalidArgument: not a Pod on the wire.
absl::StatusOr<DecodedPod> DecodePod(absl::string_view raw);

}  // namespace muster::codec
