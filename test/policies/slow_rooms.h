// SPDX-License-Identifier: Apache-2.0
// The filters once more, slow and obvious: one pod, one node, one question, on names and lists
// alone.
#pragma once

#include <algorithm>
#include <string>

#include "scheduler/model/node.h"
#include "scheduler/state/state.h"

namespace muster::test {

inline bool SlowTolerates(const std::vector<Toleration>& tolerations, const Taint& taint) {
  for (const Toleration& t : tolerations) {
    const bool effect = t.any_effect || t.effect == taint.effect;
    const bool key = t.key.empty() ? t.exists : t.key == taint.key;
    const bool value = t.exists || t.value == taint.value;
    if (effect && key && value) return true;
  }
  return false;
}

inline bool SlowHolds(const NodeRequirement& want, const std::string* value) {
  const bool listed =
      value != nullptr && std::count(want.values.begin(), want.values.end(), *value);
  if (want.op == SelectorOp::kIn) return listed;
  if (want.op == SelectorOp::kNotIn) return !listed;
  if (want.op == SelectorOp::kExists) return value != nullptr;
  if (want.op == SelectorOp::kDoesNotExist) return value == nullptr;
  if (value == nullptr) return false;
  const long have = std::strtol(value->c_str(), nullptr, 10);
  const long bound = std::strtol(want.values.at(0).c_str(), nullptr, 10);
  return want.op == SelectorOp::kGt ? have > bound : have < bound;
}

// Whether the node's object admits the role, usage aside.
inline bool SlowAdmits(const RoleSpec& role, const Node& node) {
  if (!role.unsupported.empty()) return false;
  const Taint cordon{"node.kubernetes.io/unschedulable", "", TaintEffect::kNoSchedule};
  if (node.unschedulable && !SlowTolerates(role.tolerations, cordon)) return false;
  for (const Taint& taint : node.taints) {
    if (taint.effect == TaintEffect::kPreferNoSchedule) continue;
    if (!SlowTolerates(role.tolerations, taint)) return false;
  }
  for (const auto& label : role.node_selector) {
    if (!std::count(node.labels.begin(), node.labels.end(), label)) return false;
  }
  if (!role.has_affinity) return true;
  for (const NodeSelectorTerm& term : role.affinity) {
    bool all = !term.labels.empty() || !term.fields.empty();
    for (const NodeRequirement& want : term.labels) {
      all = all && SlowHolds(want, FindLabel(node.labels, want.key));
    }
    for (const NodeRequirement& want : term.fields) all = all && SlowHolds(want, &node.name);
    if (all) return true;
  }
  return false;
}

// What a node has left: allocatable less every pod and hold on it, counted one by one.
inline ResourceList SlowFree(const State& state, NodeId node) {
  ResourceList free = state.nodes().at(node).allocatable;
  const auto take = [&free, &state](RoleId role, int64_t count) {
    ResourceList requests = state.roles().at(role).spec.requests;
    requests.Set(kPods, 1);
    for (const auto& [name, amount] : requests.entries()) {
      free.Set(name, free.Get(name) - amount * count);
    }
  };
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || IsTerminal(slot.pod)) continue;
    const std::string& on = slot.pod.node_name.empty() && slot.assumed.valid()
                                ? state.nodes().at(slot.assumed).name
                                : slot.pod.node_name;
    if (on == state.nodes().at(node).name) take(slot.footing.role, 1);
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid()) continue;
    for (const HoldSlot& slot : gang.holds) {
      if (slot.node == node) take(gang.executor, slot.count);
    }
    for (const RepairHold& repair : gang.repairs) {
      if (repair.node == node) take(repair.role, 1);
    }
    for (const ClaimSlot& slot : gang.claim) {
      if (slot.node == node) take(slot.role, slot.count);
    }
  }
  return free;
}

// Of what is on the node: pods on their way out, and holds of gangs that are evicted.
inline ResourceList SlowDeparting(const State& state, NodeId node) {
  ResourceList sum;
  const auto add = [&sum, &state](RoleId role, int64_t count) {
    ResourceList requests = state.roles().at(role).spec.requests;
    requests.Set(kPods, 1);
    for (; count > 0; --count) sum.Add(requests);
  };
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || slot.footing.standing != Standing::kDeparting) continue;
    if (slot.footing.node == node) add(slot.footing.role, 1);
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid() || !gang.evicted) continue;
    for (const HoldSlot& slot : gang.holds) {
      if (slot.node == node) add(gang.executor, slot.count);
    }
    for (const RepairHold& repair : gang.repairs) {
      if (repair.node == node) add(repair.role, 1);
    }
  }
  return sum;
}

inline int64_t SlowRoom(const RoleSpec& role, const Node& node, const ResourceList& free) {
  if (!SlowAdmits(role, node)) return 0;
  int64_t room = std::max<int64_t>(free.Get(kPods), 0);
  for (const auto& [name, amount] : role.requests.entries()) {
    if (amount > 0) room = std::min(room, std::max<int64_t>(free.Get(name), 0) / amount);
  }
  return room;
}

}  // namespace muster::test
