// SPDX-License-Identifier: Apache-2.0
// NodeUnschedulable: a cordoned node takes nobody who does not tolerate
// node.kubernetes.io/unschedulable:NoSchedule. A slot without its node takes nobody at all.
#include <memory>

#include "policies/filters/toleration.h"
#include "policies/policy.h"

namespace muster {

namespace {

class UnschedulableFilter : public Filter {
 public:
  absl::string_view name() const override { return "unschedulable"; }

  void Limit(const RoleClass& role, const State& state, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    const Taint cordon{"node.kubernetes.io/unschedulable", "", TaintEffect::kNoSchedule};
    const bool tolerated = Tolerated(cordon, role.spec.tolerations);
    for (uint32_t i = range.first; i < range.last; ++i) {
      const NodeId node{i};
      const bool closed = state.nodes().at(node).unschedulable && !tolerated;
      if (closed || !state.nodes().present(node)) rooms[i] = 0;
    }
  }

  std::string Refusal(const RoleClass&) const override { return "are unschedulable or gone"; }
};

}  // namespace

std::unique_ptr<Filter> Unschedulable() { return std::make_unique<UnschedulableFilter>(); }

}  // namespace muster
