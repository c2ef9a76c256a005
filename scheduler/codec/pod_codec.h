// SPDX-License-Identifier: Apache-2.0
// A core/v1 Pod from the wire into the model. Nothing of the wire is kept. A malformed field of the
// pod is no error here: it is told in Pod.config_error, so that the pod waits with a reason and
// delays nobody.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/codec/pod_outline.h"
#include "scheduler/model/pod.h"

namespace muster::codec {

inline constexpr absl::string_view kQueueLabel = "muster.dev/queue";
inline constexpr absl::string_view kGangLabel = "muster.dev/gang";
inline constexpr absl::string_view kUserLabel = "muster.dev/user";
inline constexpr absl::string_view kGangMinAnnotation = "muster.dev/gang-min";
inline constexpr absl::string_view kRuntimeAnnotation = "muster.dev/runtime";

// Remembers the roles it has decoded: the pods of a cluster have few, and each is told several
// times in its life. The memory changes how fast a pod is decoded, and nothing else.
class PodDecoder {
 public:
  // `raw` is the bare message; `pod` is overwritten. InvalidArgument: not a Pod on the wire.
  absl::Status Decode(absl::string_view raw, Pod* pod, std::string* resource_version);

 private:
  struct Role {
    RoleSpec spec;
    std::string error;
  };
  static constexpr size_t kRoles = 1024;  // then it begins anew

  const Role* Find(const std::string& text);

  PodOutline outline_;
  absl::flat_hash_map<std::string, Role> roles_;  // by PodOutline::role
};

}  // namespace muster::codec
