// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/faults.h"

#include "queues/tree.h"

namespace muster::sim {

Faults::Fate Faults::Lost(const std::string& pod, codec::Request of, absl::Time now) {
  Fate fate;
  for (codec::LoseAnswers& lose : lose_) {
    if (lose.of != of || lose.times == 0 || !GlobMatches(lose.pods, pod)) continue;
    --lose.times;
    fate.lost = true;
    fate.done = lose.done;
    Strike(now);
    return fate;
  }
  return fate;
}

Faults::Fate Faults::OnBind(const std::string& pod, absl::Time now) {
  for (codec::RefuseBinds& refuse : refuse_binds_) {
    if (refuse.times == 0 || !GlobMatches(refuse.pods, pod)) continue;
    --refuse.times;
    Strike(now);
    return Fate{refuse.code, false, false};
  }
  return Lost(pod, codec::Request::kBind, now);
}

Faults::Fate Faults::OnEviction(const std::string& pod, bool dry_run, absl::Time now) {
  for (codec::RefuseEvictions& refuse : refuse_evictions_) {
    if (refuse.times == 0 || (refuse.late && dry_run) || !GlobMatches(refuse.pods, pod)) continue;
    --refuse.times;
    Strike(now);
    return Fate{refuse.code, false, false};
  }
  return Lost(pod, codec::Request::kEviction, now);
}

bool Faults::CountAccepted() { return kill_after_ > 0 && --kill_after_ == 0; }

}  // namespace muster::sim
