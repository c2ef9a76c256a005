// SPDX-License-Identifier: Apache-2.0
// NodeResourcesFit: free / request over all requested resources, the pod count among them. A
// request of zero is not checked. Source: kubernetes v1.36 plugins/noderesources/fit.go.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "policies/policy.h"

namespace muster {

namespace {

// ThreadSanitizer instruments the function that chooses a clone, which the loader calls too early.
#if defined(__SANITIZE_THREAD__)
#define MUSTER_CLONES
#else
#define MUSTER_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif

// Exact: amounts stay below 2^52 (model/amounts.h), where truncating a quotient of doubles is the
// integer quotient; integer division would not be vectorised.
MUSTER_CLONES void LowerBy(const int64_t* free, int64_t request, int32_t* rooms, size_t count) {
  const double divisor = static_cast<double>(request);
  for (size_t i = 0; i < count; ++i) {
    const double quotient = static_cast<double>(free[i]) / divisor;
    const double bounded = std::clamp(quotient, 0.0, static_cast<double>(kAnyRoom));
    rooms[i] = std::min(rooms[i], static_cast<int32_t>(bounded));
  }
}

class ResourcesFilter : public Filter {
 public:
  absl::string_view name() const override { return "resources"; }
  bool follows_usage() const override { return true; }

  void Limit(const RoleClass& role, const State& state, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    const size_t count = range.last - range.first;
    for (size_t column = 0; column < role.each.size(); ++column) {
      const int64_t request = role.each[column];
      if (request <= 0) continue;
      const auto free = state.nodes().free(column);
      if (free.empty()) {
        std::fill_n(rooms.begin() + range.first, count, 0);
      } else {
        LowerBy(free.data() + range.first, request, rooms.data() + range.first, count);
      }
    }
  }

  std::string Refusal(const RoleClass& role) const override {
    return absl::StrCat("have less than ", ToString(role.spec.requests), " free");
  }
};

}  // namespace

std::unique_ptr<Filter> Resources() { return std::make_unique<ResourcesFilter>(); }

}  // namespace muster
