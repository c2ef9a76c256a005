// SPDX-License-Identifier: Apache-2.0
// What a pod asks for, in the words of a scenario: the other way round of ReadRole and ReadNodes.
#pragma once

#include "scheduler/codec/yaml_text.h"
#include "scheduler/model/node.h"
#include "scheduler/model/role_spec.h"

namespace muster::codec {

// The keys of `pod`, into a mapping that is open.
void WriteRole(const RoleSpec& role, YamlText* yaml);
// As an item of `nodes`.
void WriteNode(const Node& node, YamlText* yaml);

}  // namespace muster::codec
