// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/gang.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace muster {

bool ArrivedBeforeByName(const Gang& a, const Gang& b) {
  return std::tie(a.created, a.ns, a.name, a.opener_uid) <
         std::tie(b.created, b.ns, b.name, b.opener_uid);
}

std::string FullName(const Gang& gang) { return absl::StrCat(gang.ns, "/", gang.name); }

int32_t HeldMembers(const Gang& gang) {
  int32_t held = 0;
  for (const HoldSlot& slot : gang.holds) held += slot.count;
  return held;
}

bool LooksUnstarted(const Gang& gang) {
  if (gang.state != GangState::kStarted || gang.evicted || gang.driver.valid()) return false;
  if (gang.bound > 0) return std::max(gang.bound, gang.ever) < gang.minimum;
  return gang.succeeded > 0 && !gang.waiting.empty();
}

}  // namespace muster
