// SPDX-License-Identifier: Apache-2.0
// Fair between users: priority, then the user with the lowest dominant share of what they use and
// hold in the leaf (and have used before, where that counts), then arrival. Nobody waits for a head
// that lacks room.
#include <memory>

#include "policies/policy.h"

namespace muster {

namespace {

class FairOrder : public GangOrder {
 public:
  absl::string_view name() const override { return "fair"; }
  bool strict() const override { return false; }
  bool by_user() const override { return true; }
  bool Before(const Gang& a, const Gang& b, const State& state) const override {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.user != b.user) {
      const auto order = Compare(state.UserShare(a), state.UserShare(b));
      if (order != 0) return order < 0;
    }
    return ArrivedBefore(a, b);
  }
};

}  // namespace

std::unique_ptr<GangOrder> Fair() { return std::make_unique<FairOrder>(); }

}  // namespace muster
