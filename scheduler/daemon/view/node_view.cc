// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/node_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

constexpr int32_t kPage = 1000;
constexpr int32_t kLargestPage = 5000;

std::string LabelOf(const muster::Node& node, absl::string_view key) {
  const std::string* value = FindLabel(node.labels, key);
  return value == nullptr ? "" : *value;
}

// Room kept on each node for members that are not there: holds, repairs and claims.
std::vector<Amounts> HeldByNode(const State& state) {
  std::vector<Amounts> held(state.nodes().size());
  const auto add = [&](NodeId node, RoleId role, int32_t count) {
    AddScaled(&held[node.value], state.roles().at(role).each, count);
  };
  for (const muster::Gang& gang : state.gangs()) {
    if (!gang.id.valid()) continue;
    for (const HoldSlot& slot : gang.holds) add(slot.node, gang.executor, slot.count);
    for (const RepairHold& repair : gang.repairs) add(repair.node, repair.role, 1);
    for (const ClaimSlot& slot : gang.claim) add(slot.node, slot.role, slot.count);
  }
  return held;
}

std::vector<int32_t> PodsByNode(const State& state) {
  std::vector<int32_t> pods(state.nodes().size(), 0);
  for (const PodSlot& slot : state.pods().slots()) {
    if (slot.in_use && OnNode(slot.footing.standing)) ++pods[slot.footing.node.value];
  }
  return pods;
}

v1::Node Render(const State& state, NodeId id, const Amounts& held, int32_t pods) {
  const muster::Node& node = state.nodes().at(id);
  v1::Node out;
  out.set_name(node.name);
  out.set_zone(LabelOf(node, kZoneLabel));
  out.set_instance_type(LabelOf(node, "node.kubernetes.io/instance-type"));
  out.set_unschedulable(node.unschedulable);
  out.set_pods(pods);
  Amounts allocatable, taken;
  for (size_t column = 0; column < state.resources().size(); ++column) {
    const auto all = state.nodes().allocatable(column);
    const auto free = state.nodes().free(column);
    allocatable.push_back(all.empty() ? 0 : all[id.value]);
    taken.push_back(allocatable.back() - (free.empty() ? 0 : free[id.value]));
  }
  Amounts used = taken;
  AddScaled(&used, held, -1);
  AddQuantities(state.resources(), allocatable, 0, out.mutable_allocatable());
  AddQuantitiesOf(state.resources(), allocatable, used, out.mutable_used());
  AddQuantitiesOf(state.resources(), allocatable, held, out.mutable_held());
  uint32_t column = 0;
  out.set_used_share(DominantPart(taken, allocatable, &column));
  return out;
}

}  // namespace

absl::StatusOr<v1::ListNodesResponse> ListNodes(const Scene& scene,
                                                const v1::ListNodesRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kLargestPage) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size: ", request.page_size(), ": expected 0 to ", kLargestPage));
  }
  const State& state = scene.state;
  const auto page = static_cast<size_t>(request.page_size() > 0 ? request.page_size() : kPage);
  std::vector<NodeId> nodes;  // those that follow the page before
  v1::ListNodesResponse response;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const NodeId id{i};
    if (!state.nodes().present(id)) continue;
    response.set_total(response.total() + 1);
    if (state.nodes().at(id).name > request.page_token()) nodes.push_back(id);
  }
  std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) {
    return state.nodes().at(a).name < state.nodes().at(b).name;
  });
  const std::vector<Amounts> held = HeldByNode(state);
  const std::vector<int32_t> pods = PodsByNode(state);
  for (size_t i = 0; i < std::min(page, nodes.size()); ++i) {
    const NodeId id = nodes[i];
    *response.add_nodes() = Render(state, id, held[id.value], pods[id.value]);
  }
  if (page < nodes.size()) response.set_next_page_token(state.nodes().at(nodes[page - 1]).name);
  return response;
}

}  // namespace muster::daemon
