// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/competition.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace muster {

namespace {

constexpr absl::string_view kZone = "topology.kubernetes.io/zone";
constexpr absl::string_view kCapacityType = "karpenter.sh/capacity-type";
constexpr size_t kMostNamed = 3;

// Label keys that the parts themselves choose nodes by, in order.
std::vector<std::string> KeysOf(const State& state, const Shape& shape,
                                const std::vector<bool>& parts) {
  std::set<std::string> keys;
  for (size_t part = 0; part < shape.size(); ++part) {
    if (!parts[part]) continue;
    const RoleSpec& spec = state.roles().at(shape[part].role).spec;
    for (const auto& [key, value] : spec.node_selector) keys.insert(key);
    for (const NodeSelectorTerm& term : spec.affinity) {
      for (const NodeRequirement& requirement : term.labels) keys.insert(requirement.key);
    }
  }
  return {keys.begin(), keys.end()};
}

// What all of the nodes have; nullptr where they differ or have none.
const std::string* Shared(const State& state, const std::vector<NodeId>& nodes,
                          absl::string_view key) {
  const std::string* shared = FindLabel(state.nodes().at(nodes.front()).labels, key);
  for (NodeId node : nodes) {
    const std::string* value = FindLabel(state.nodes().at(node).labels, key);
    if (shared == nullptr || value == nullptr || *value != *shared) return nullptr;
  }
  return shared;
}

std::string NamesOf(const State& state, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names;
  for (size_t i = 0; i < nodes.size() && i < kMostNamed; ++i) {
    names.push_back(state.nodes().at(nodes[i]).name);
  }
  std::string text =
      absl::StrCat(" on node", nodes.size() == 1 ? " " : "s ", absl::StrJoin(names, ", "));
  if (nodes.size() > kMostNamed)
    absl::StrAppend(&text, " and ", nodes.size() - kMostNamed, " more");
  return text;
}

// "9 on-demand slots in zone a": what tells the nodes from others, by the labels that the roles
// name or else the zone; where no label does, by name.
std::string Slots(const State& state, int64_t count, const std::vector<NodeId>& nodes,
                  std::vector<std::string> keys) {
  std::string kind;
  std::string place;
  std::vector<std::string> others;
  keys.emplace_back(kZone);
  for (const std::string& key : keys) {
    const std::string* value = Shared(state, nodes, key);
    if (value == nullptr) continue;
    if (key == kZone) {
      place = absl::StrCat(" in zone ", *value);
    } else if (key == kCapacityType) {
      kind = absl::StrCat(*value, " ");
    } else {
      others.push_back(absl::StrCat(key, "=", *value));
    }
  }
  std::string text = absl::StrCat(count, " ", kind, count == 1 ? "slot" : "slots", place);
  if (!others.empty()) absl::StrAppend(&text, " on nodes with ", absl::StrJoin(others, ","));
  if (kind.empty() && place.empty() && others.empty()) text += NamesOf(state, nodes);
  return text;
}

}  // namespace

std::string Counted(const Gang& gang, const Shape& shape, const std::vector<bool>& parts) {
  std::vector<std::pair<absl::string_view, int64_t>> counts;
  for (size_t part = 0; part < shape.size(); ++part) {
    if (!parts[part]) continue;
    const absl::string_view name = RoleName(gang, shape[part]);
    auto found = std::find_if(counts.begin(), counts.end(),
                              [name](const auto& entry) { return entry.first == name; });
    if (found == counts.end()) found = counts.insert(counts.end(), {name, 0});
    found->second += shape[part].count();
  }
  return absl::StrJoin(counts, " and ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.second, " ", entry.first, entry.second == 1 ? "" : "s");
  });
}

std::string Competition(const State& state, const Gang& gang, const Shape& shape,
                        const std::vector<SlotClass>& classes, const SlotFlow& flow) {
  int64_t wanted = 0;
  for (size_t part = 0; part < shape.size(); ++part) {
    if (flow.short_parts[part]) wanted += shape[part].count();
  }
  std::vector<NodeId> nodes;
  for (const SlotClass& seen : classes) {
    bool open = false;
    for (size_t part = 0; part < shape.size(); ++part) {
      open = open || (flow.short_parts[part] && seen.rooms[part] > 0);
    }
    if (open) nodes.insert(nodes.end(), seen.nodes.begin(), seen.nodes.end());
  }
  std::sort(nodes.begin(), nodes.end(),
            [&state](NodeId a, NodeId b) { return state.nodes().rank(a) < state.nodes().rank(b); });
  const std::string who = Counted(gang, shape, flow.short_parts);
  if (nodes.empty()) return absl::StrCat(who, " have no slot");
  return absl::StrCat(
      who, " compete for ", flow.exact ? "" : "at most ",
      Slots(state, wanted - flow.missing, nodes, KeysOf(state, shape, flow.short_parts)));
}

}  // namespace muster
