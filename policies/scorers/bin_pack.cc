// SPDX-License-Identifier: Apache-2.0
// Packs tight: the fullest node that still has room goes first, so that large gaps stay for large
// gangs and empty nodes can be given back.
#include <memory>

#include "policies/scorers/use_rate.h"

namespace muster {

namespace {

class BinPackScorer : public Scorer {
 public:
  absl::string_view name() const override { return "bin-pack"; }
  Filling filling() const override { return Filling::kWhole; }
  void Rate(const RoleClass& role, const State& state, NodeRange range,
            absl::Span<int32_t> rates) const override {
    for (uint32_t i = range.first; i < range.last; ++i) rates[i] = UseRate(role, state, i);
  }
};

}  // namespace

std::unique_ptr<Scorer> BinPack() { return std::make_unique<BinPackScorer>(); }

}  // namespace muster
