// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/faults.h"

#include "queues/tree.h"

namespace muster::sim {

Faults::Bind Faults::OnBind(const std::string& pod, absl::Time now) {
  Bind fate;
  for (codec::RefuseBinds& refuse : refuse_) {
    if (refuse.times == 0 || !GlobMatches(refuse.pods, pod)) continue;
    --refuse.times;
    fate.refuse = refuse.code;
    Strike(now);
    return fate;
  }
  for (codec::LoseAnswers& lose : lose_) {
    if (lose.times == 0 || !GlobMatches(lose.pods, pod)) continue;
    --lose.times;
    fate.lost = true;
    fate.done = lose.done;
    Strike(now);
    return fate;
  }
  return fate;
}

bool Faults::CountAccepted() { return kill_after_ > 0 && --kill_after_ == 0; }

}  // namespace muster::sim
