// SPDX-License-Identifier: Apache-2.0
// Strict FIFO: priority, then arrival. A head that lacks room makes those behind it wait.
#include <memory>

#include "policies/policy.h"

namespace muster {

namespace {

class FifoOrder : public GangOrder {
 public:
  absl::string_view name() const override { return "fifo"; }
  bool strict() const override { return true; }
  bool by_user() const override { return false; }
  bool Before(const Gang& a, const Gang& b, const State&) const override {
    if (a.priority != b.priority) return a.priority > b.priority;
    return ArrivedBefore(a, b);
  }
};

}  // namespace

std::unique_ptr<GangOrder> Fifo() { return std::make_unique<FifoOrder>(); }

}  // namespace muster
