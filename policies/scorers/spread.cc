// SPDX-License-Identifier: Apache-2.0
// Levels the nodes: the emptiest goes first, asked again after each member.
#include <memory>

#include "policies/scorers/use_rate.h"

namespace muster {

namespace {

class SpreadScorer : public Scorer {
 public:
  absl::string_view name() const override { return "spread"; }
  Filling filling() const override { return Filling::kOneByOne; }
  void Rate(const RoleClass& role, const State& state, NodeRange range,
            absl::Span<int32_t> rates) const override {
    for (uint32_t i = range.first; i < range.last; ++i) {
      rates[i] = kBestRate - UseRate(role, state, i);
    }
  }
};

}  // namespace

std::unique_ptr<Scorer> Spread() { return std::make_unique<SpreadScorer>(); }

}  // namespace muster
