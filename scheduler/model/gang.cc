// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/gang.h"

#include "absl/strings/str_cat.h"

namespace muster {

std::string FullName(const Gang& gang) { return absl::StrCat(gang.ns, "/", gang.name); }

int32_t HeldMembers(const Gang& gang) {
  int32_t held = 0;
  for (const HoldSlot& slot : gang.holds) held += slot.count;
  return held;
}

}  // namespace muster
