// SPDX-License-Identifier: Apache-2.0
// The parts of a scenario's text, each read from its field into the struct of scenario.h. Errors go
// to the field's own; what is returned then is only there to go on with.
#pragma once

#include <string>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/codec/yaml_reader.h"

namespace muster::codec {

// What a pod needs: the keys cpu, memory, resources, nodeSelector, tolerations and affinity.
RoleSpec ReadRole(YamlMap* map);
// The keys cpu, memory, resources, and pods where the map is a node's.
ResourceList ReadAmounts(YamlMap* map, bool of_node);
// {a: b}, sorted by key.
Labels ReadLabels(const YamlField& field);
// ["key=value:NoSchedule", "key:NoExecute"].
std::vector<Taint> ReadTaints(const YamlField& field);

// One entry of `nodes`: one node, or `count` of them.
std::vector<Node> ReadNodes(const YamlField& field);
// One entry of `jobs`: one job, or `count` of them.
std::vector<Job> ReadJobs(const YamlField& field);
std::optional<Step> ReadStep(const YamlField& field);
std::optional<Expectation> ReadExpectation(const YamlField& field);

// Runs `read` on every item of the list under `key`, where there is one.
template <typename Read>
void EachItem(YamlMap* map, absl::string_view key, Read read) {
  const auto list = map->Optional(key);
  if (!list.has_value()) return;
  for (const YamlField& item : list->Items()) read(item);
}

// A number from 0 to a million under `key`, else `absent`.
int32_t ReadCount(YamlMap* map, absl::string_view key, int32_t absent, int32_t least = 0);
absl::Duration ReadDuration(YamlMap* map, absl::string_view key, absl::Duration absent);
std::string ReadText(YamlMap* map, absl::string_view key, absl::string_view absent = "");

}  // namespace muster::codec
