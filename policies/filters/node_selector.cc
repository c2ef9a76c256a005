// SPDX-License-Identifier: Apache-2.0
// spec.nodeSelector: every label must be there with exactly that value.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policies/policy.h"

namespace muster {

namespace {

class NodeSelectorFilter : public Filter {
 public:
  absl::string_view name() const override { return "node-selector"; }

  void Limit(const RoleClass& role, const State& state, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    if (role.spec.node_selector.empty()) return;
    for (uint32_t i = range.first; i < range.last; ++i) {
      const Labels& labels = state.nodes().at(NodeId{i}).labels;
      const bool matches = std::all_of(role.spec.node_selector.begin(),
                                       role.spec.node_selector.end(), [&labels](const auto& want) {
                                         const std::string* value = FindLabel(labels, want.first);
                                         return value != nullptr && *value == want.second;
                                       });
      if (!matches) rooms[i] = 0;
    }
  }

  std::string Refusal(const RoleClass& role) const override {
    return absl::StrCat("lack node selector ",
                        absl::StrJoin(role.spec.node_selector, ",", absl::PairFormatter("=")));
  }
};

}  // namespace

std::unique_ptr<Filter> NodeSelector() { return std::make_unique<NodeSelectorFilter>(); }

}  // namespace muster
