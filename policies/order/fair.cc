// SPDX-License-Identifier: Apache-2.0
// Fair between users: priority, then the user with the lowest dominant share of what the leaf's
// users use and hold, then arrival. Nobody waits for a head that lacks room.
#include <memory>

#include "policies/arrival.h"
#include "policies/policy.h"

namespace muster {

namespace {

class FairOrder : public GangOrder {
 public:
  absl::string_view name() const override { return "fair"; }
  bool strict() const override { return false; }
  bool Before(const Gang& a, const Gang& b, const State& state) const override {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.user != b.user) {
      const Amounts& total = state.tree().total();
      const auto order = Compare(DominantShare(state.UserUse(a.queue, a.user), total, 1),
                                 DominantShare(state.UserUse(b.queue, b.user), total, 1));
      if (order != 0) return order < 0;
    }
    return ArrivedBefore(a, b);
  }
};

}  // namespace

std::unique_ptr<GangOrder> Fair() { return std::make_unique<FairOrder>(); }

}  // namespace muster
