// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/role_classes.h"

#include <algorithm>

namespace muster {

RoleId RoleClasses::Intern(const RoleSpec& spec, ResourceTable* resources) {
  if (last_.valid() && at(last_).spec == spec) return last_;
  const RoleId next{static_cast<uint32_t>(classes_.size())};
  auto [entry, fresh] = by_key_.try_emplace(CanonicalKey(spec), next);
  if (fresh) {
    RoleClass role{next, spec, resources->ToAmounts(spec.requests)};
    role.each[kPodsColumn] = 1;
    for (int64_t& amount : role.each) amount = std::clamp<int64_t>(amount, 0, kLargestAmount + 1);
    classes_.push_back(std::move(role));
  }
  return last_ = entry->second;
}

}  // namespace muster
