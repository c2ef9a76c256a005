// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/shape.h"

#include <algorithm>

#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

Part& PartFor(RoleId role, Shape* shape) {
  for (Part& part : *shape) {
    if (part.role == role) return part;
  }
  shape->push_back(Part{role, {}, 0});
  return shape->back();
}

}  // namespace

Shape ShapeOf(const State& state, absl::Span<const PodId> members) {
  Shape shape;
  for (PodId id : members) PartFor(state.pod(id).footing.role, &shape).pods.push_back(id);
  return shape;
}

namespace {

const StartShapes::Need& NeedOf(const State& state, const Gang& gang) {
  StartShapes::Need& need = state.start_shapes().at(gang.id);
  if (need.known) return need;
  need.known = true;
  need.possible_at = 0;
  need.shape = MakeStartShape(state, gang);
  need.sum = Sum(state, need.shape);
  need.kind = state.start_shapes().askers().Intern(gang, need.shape, state.tree());
  return need;
}

}  // namespace

const Shape& StartShape(const State& state, const Gang& gang) { return NeedOf(state, gang).shape; }

const Amounts& StartSum(const State& state, const Gang& gang) { return NeedOf(state, gang).sum; }

uint32_t KindOf(const State& state, const Gang& gang) { return NeedOf(state, gang).kind; }

Shape MakeStartShape(const State& state, const Gang& gang) {
  std::vector<PodId> members = gang.waiting;
  if (gang.kind == GangKind::kSpark && gang.driver.valid()) {
    std::stable_partition(members.begin(), members.end(),
                          [&gang](PodId id) { return id == gang.driver; });
  }
  const size_t wanted = static_cast<size_t>(gang.minimum);
  if (members.size() > wanted) members.resize(wanted);
  Shape shape = ShapeOf(state, members);
  const auto missing = static_cast<int32_t>(wanted - members.size());
  if (missing > 0 && gang.forecast.has_value()) PartFor(gang.executor, &shape).forecast += missing;
  return shape;
}

Amounts Sum(const State& state, const Shape& shape) {
  Amounts sum;
  for (const Part& part : shape) AddScaled(&sum, state.roles().at(part.role).each, part.count());
  return sum;
}

int32_t CountOf(const Shape& shape) {
  int32_t count = 0;
  for (const Part& part : shape) count += part.count();
  return count;
}

absl::string_view RoleName(const Gang& gang, const Part& part) {
  if (gang.kind != GangKind::kSpark) return "member";
  const bool driver = !part.pods.empty() && part.pods.front() == gang.driver;
  if (!driver) return "executor";
  return part.count() == 1 ? "driver" : "member";  // of one shape with its executors
}

}  // namespace muster
