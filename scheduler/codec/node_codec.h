// SPDX-License-Identifier: Apache-2.0
// A core/v1 Node from the wire into the model. A malformed quantity of a node makes that resource
// none there, told in `problem`: the node takes no pod that asks for it, and the others go on.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/node.h"

namespace muster::codec {

struct DecodedNode {
  Node node;
  std::string resource_version;
  std::string problem;  // "node n1: status.allocatable.cpu: …"; empty: none
};

absl::StatusOr<DecodedNode> DecodeNode(absl::string_view raw);

}  // namespace muster::codec
