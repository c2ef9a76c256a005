// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/failed_shapes.h"

namespace muster {

FailedShapes::Key FailedShapes::KeyOf(const Shape& shape) {
  Key key;
  for (const Part& part : shape) key.emplace_back(part.role, part.count());
  return key;
}

FailedShapes::Behind FailedShapes::BehindOf(const Gang& gang, const Shape& shape,
                                            const Passing& passing) {
  std::vector<GangId> beside;
  for (const BlockedPool* hold : passing.beside) beside.push_back(hold->head);
  return {gang.queue, gang.user, KeyOf(shape), std::move(beside)};
}

const Reason* FailedShapes::Find(const Shape& shape) const {
  auto found = failures_.find(KeyOf(shape));
  return found == failures_.end() ? nullptr : &found->second;
}

}  // namespace muster
