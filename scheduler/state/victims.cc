// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/victims.h"

#include <algorithm>

namespace muster {

std::vector<Victim> VictimsOf(const State& state, const Gang& gang) {
  std::vector<Victim> victims;
  for (PodId id : gang.victims) {
    const PodSlot& slot = state.pod(id);
    if (!slot.in_use || slot.evicted_for != gang.id || !OnNode(slot.footing.standing)) continue;
    const GangId of = slot.footing.gang;
    auto victim = std::find_if(victims.begin(), victims.end(),
                               [of](const Victim& known) { return known.gang == of; });
    if (victim == victims.end()) {
      victims.push_back({.gang = of, .whole = state.gang(of).evicted, .pods = {}});
      victim = victims.end() - 1;
    }
    victim->pods.push_back(id);
  }
  return victims;
}

}  // namespace muster
