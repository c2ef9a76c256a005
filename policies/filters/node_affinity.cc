// SPDX-License-Identifier: Apache-2.0
// Required node affinity: one term must match whole; a term without requirements matches nothing.
// Gt and Lt compare integers and refuse where either side is none.
// Source: kubernetes v1.36 component-helpers/scheduling/corev1/nodeaffinity.
#include <algorithm>
#include <memory>

#include "absl/strings/numbers.h"
#include "policies/policy.h"

namespace muster {

namespace {

bool Holds(const NodeRequirement& requirement, const std::string* value) {
  const auto listed = [&requirement, value] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case SelectorOp::kIn: return value != nullptr && listed();
    case SelectorOp::kNotIn: return value == nullptr || !listed();
    case SelectorOp::kExists: return value != nullptr;
    case SelectorOp::kDoesNotExist: return value == nullptr;
    case SelectorOp::kGt:
    case SelectorOp::kLt: {
      int64_t have = 0;
      int64_t bound = 0;
      if (value == nullptr || requirement.values.size() != 1 || !absl::SimpleAtoi(*value, &have) ||
          !absl::SimpleAtoi(requirement.values[0], &bound)) {
        return false;
      }
      return requirement.op == SelectorOp::kGt ? have > bound : have < bound;
    }
  }
  return false;
}

bool Matches(const NodeSelectorTerm& term, const Node& node) {
  if (term.labels.empty() && term.fields.empty()) return false;
  const bool labels = std::all_of(
      term.labels.begin(), term.labels.end(),
      [&node](const auto& want) { return Holds(want, FindLabel(node.labels, want.key)); });
  return labels && std::all_of(term.fields.begin(), term.fields.end(), [&node](const auto& want) {
           return want.key == "metadata.name" && Holds(want, &node.name);
         });
}

class NodeAffinityFilter : public Filter {
 public:
  absl::string_view name() const override { return "node-affinity"; }

  void Limit(const RoleClass& role, const State& state, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    if (!role.spec.has_affinity) return;
    for (uint32_t i = range.first; i < range.last; ++i) {
      const Node& node = state.nodes().at(NodeId{i});
      const bool matches =
          std::any_of(role.spec.affinity.begin(), role.spec.affinity.end(),
                      [&node](const NodeSelectorTerm& term) { return Matches(term, node); });
      if (!matches) rooms[i] = 0;
    }
  }

  std::string Refusal(const RoleClass&) const override { return "do not match its node affinity"; }
};

}  // namespace

std::unique_ptr<Filter> NodeAffinity() { return std::make_unique<NodeAffinityFilter>(); }

}  // namespace muster
