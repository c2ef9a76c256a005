// SPDX-License-Identifier: Apache-2.0
// A pod written as YAML (Spark's executor pod template) into the message that the API server would
// send of it, as far as scheduling reads it: one reading of requests and roles (pod_requests.h,
// role_codec.h) then serves pods on the wire and pods still to come.
//
// Fields that do not decide are left out, whatever they hold. A field that decides and has the
// wrong type is an error with its line, never skipped. The document may be empty, and may lack
// `spec`.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace muster::k8s {
class Pod;
}

namespace muster::codec {

// InvalidArgument with every error; `file` is only named in them.
absl::Status ReadPodTemplate(absl::string_view file, absl::string_view text, k8s::Pod* pod);

// What the API server and its default admission do to a pod that is created: limits fill missing
// requests, ports on the host's network are host ports, and the tolerations of the
// DefaultTolerationSeconds plugin are added.
void ApplyApiDefaults(k8s::Pod* pod);

}  // namespace muster::codec
