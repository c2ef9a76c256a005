// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/known_shapes.h"

#include "scheduler/cycle/fit.h"

namespace muster {

KnownShapes::Key KnownShapes::KeyOf(const Shape& shape) {
  Key key;
  for (const Part& part : shape) key.emplace_back(part.role, part.count());
  return key;
}

const Reason* KnownShapes::Failure(const Shape& shape) const {
  auto found = failures_.find(KeyOf(shape));
  return found == failures_.end() ? nullptr : &found->second;
}

void KnownShapes::AddFailure(const Shape& shape, const Reason& reason) {
  failures_[KeyOf(shape)] = reason;
}

const Reason& KnownShapes::Impossible(Round& round, const Gang& gang, const Shape& shape) {
  auto [entry, fresh] = impossible_.try_emplace(KeyOf(shape));
  if (fresh) entry->second = ExplainImpossible(round.draft, round.profile, gang, shape);
  return entry->second;
}

}  // namespace muster
