// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/askers.h"

namespace muster {

Askers::Key Askers::KeyOf(const Gang& gang, const Shape& shape, const Tree& tree) {
  const bool limited = gang.queue.valid() && tree.at(gang.queue).limits_users;
  Key key{gang.queue,    limited ? gang.user : "",      gang.priority,
          gang.preempts, gang.kind == GangKind::kSpark, {}};
  for (const muster::Part& part : shape) {
    const bool driver = !part.pods.empty() && part.pods.front() == gang.driver;
    key.parts.push_back({part.role, static_cast<int32_t>(part.pods.size()), part.forecast, driver});
  }
  return key;
}

}  // namespace muster
