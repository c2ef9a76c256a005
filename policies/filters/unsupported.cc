// SPDX-License-Identifier: Apache-2.0
// A field that Muster does not decide on yet refuses every node: such a pod waits, naming the
// field, and is never placed wrongly.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policies/policy.h"

namespace muster {

namespace {

class UnsupportedFilter : public Filter {
 public:
  absl::string_view name() const override { return "unsupported"; }

  void Limit(const RoleClass& role, const State&, NodeRange range,
             absl::Span<int32_t> rooms) const override {
    if (role.spec.unsupported.empty()) return;
    std::fill(rooms.begin() + range.first, rooms.begin() + range.last, 0);
  }

  std::string Refusal(const RoleClass& role) const override {
    return absl::StrCat("cannot be judged: not supported by this version: ",
                        absl::StrJoin(role.spec.unsupported, ", "));
  }
};

}  // namespace

std::unique_ptr<Filter> Unsupported() { return std::make_unique<UnsupportedFilter>(); }

}  // namespace muster
