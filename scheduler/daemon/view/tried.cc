// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/tried.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "policies/rooms.h"

namespace muster::daemon {
namespace {

// Labels that name a node's pool, by who makes the nodes; the first that is there counts. Sources:
// Karpenter, EKS managed node groups, GKE, AKS.
constexpr absl::string_view kPoolLabels[] = {"karpenter.sh/nodepool", "eks.amazonaws.com/nodegroup",
                                             "cloud.google.com/gke-nodepool",
                                             "kubernetes.azure.com/agentpool"};

const std::string* PoolOf(const muster::Node& node) {
  for (absl::string_view label : kPoolLabels) {
    if (const std::string* pool = FindLabel(node.labels, label)) return pool;
  }
  return nullptr;
}

// By name, zones first: the nodes that are in it.
using Parts = std::map<std::pair<int, std::string>, std::vector<NodeId>>;

Parts PartsOf(const Nodes& nodes) {
  Parts parts;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const NodeId id{i};
    if (!nodes.present(id)) continue;
    const muster::Node& node = nodes.at(id);
    if (const std::string* zone = FindLabel(node.labels, kZoneLabel)) {
      parts[{0, *zone}].push_back(id);
    }
    if (const std::string* pool = PoolOf(node)) parts[{1, *pool}].push_back(id);
  }
  if (!parts.empty()) return parts;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes.present(NodeId{i})) parts[{2, ""}].push_back(NodeId{i});
  }
  return parts;
}

std::string Where(const std::pair<int, std::string>& part) {
  if (part.first == 2) return "cluster";
  return absl::StrCat(part.first == 0 ? "zone " : "pool ", part.second);
}

// "3 lack node selector pool=spark, 2 lack cpu": each node with the first filter that refuses it.
std::string Refusals(const Scene& scene, const std::vector<NodeId>& nodes,
                     const RoomColumns& columns, const RoleClass& role) {
  std::map<uint8_t, int64_t> by_filter;
  for (NodeId id : nodes) {
    const uint8_t by = columns.refused_by[id.value];
    if (by < scene.profile.filters.size()) ++by_filter[by];
  }
  std::string text;
  for (const auto& [by, count] : by_filter) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ",
                    scene.profile.filters[by]->Refusal(role));
  }
  return text;
}

}  // namespace

void AddTried(const Scene& scene, const muster::Gang& gang, const Shape& shape,
              v1::Explanation* out) {
  Draft draft(scene.state);
  const Parts parts = PartsOf(scene.state.nodes());
  for (const Part& part : shape) {
    const RoomColumns& columns = UpToDate(draft, scene.profile, part.role);
    for (const auto& [name, nodes] : parts) {
      if (out->tried_size() == kMostTried) return;
      v1::Tried* tried = out->add_tried();
      tried->set_where(Where(name));
      tried->set_role(std::string(RoleName(gang, part)));
      tried->set_nodes(static_cast<int32_t>(nodes.size()));
      tried->set_asked(part.count());
      int32_t admitted = 0;
      int64_t room = 0;
      for (NodeId id : nodes) {
        admitted += columns.fixed[id.value] > 0 ? 1 : 0;
        room += columns.rooms[id.value];
      }
      tried->set_admitted(admitted);
      tried->set_room(static_cast<int32_t>(std::min<int64_t>(room, part.count())));
      tried->set_message(Refusals(scene, nodes, columns, scene.state.roles().at(part.role)));
    }
  }
}

}  // namespace muster::daemon
