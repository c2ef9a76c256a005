// SPDX-License-Identifier: Apache-2.0
// TaintToleration: NoSchedule and NoExecute taints must be tolerated; PreferNoSchedule never
// refuses. Source: kubernetes v1.36 plugins/tainttoleration.
#include <algorithm>
#include <memory>

#include "policies/filters/toleration.h"
#include "policies/policy.h"

namespace muster {

namespace {

class TaintsFilter : public Filter {
 public:
  absl::string_view name() const override { return "taints"; }

  void Limit(const RoleClass& role, const State& state, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    for (uint32_t i = range.first; i < range.last; ++i) {
      const std::vector<Taint>& taints = state.nodes().at(NodeId{i}).taints;
      const bool refused = std::any_of(taints.begin(), taints.end(), [&role](const Taint& taint) {
        return taint.effect != TaintEffect::kPreferNoSchedule &&
               !Tolerated(taint, role.spec.tolerations);
      });
      if (refused) rooms[i] = 0;
    }
  }

  std::string Refusal(const RoleClass&) const override {
    return "have a taint it does not tolerate";
  }
};

}  // namespace

std::unique_ptr<Filter> Taints() { return std::make_unique<TaintsFilter>(); }

}  // namespace muster
