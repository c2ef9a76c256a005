// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/fit.h"

#include <algorithm>
#include <numeric>

#include "scheduler/cycle/search.h"

namespace muster {

namespace {

// Of nodes. Beyond that, and on larger clusters, what is not found by then is not found: it must
// not cost more than the rest of a cycle.
constexpr size_t kMostVisits = 100'000;
constexpr size_t kMostNodesToSearch = 5'000;

// Scarcest first: the part with the least room to spare chooses before the others. Empty where a
// part would not even fit alone, which is known without trying.
std::vector<size_t> ScarcestFirst(Draft& draft, const Profile& profile, const Shape& shape) {
  std::vector<int64_t> spare;
  for (const Part& part : shape) {
    const int64_t room = SumOfRooms(draft, profile, part.role, int64_t{1} << 40);
    if (room < part.count()) return {};
    spare.push_back(room - part.count());
  }
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&spare](size_t a, size_t b) { return spare[a] < spare[b]; });
  return order;
}

bool PlaceAll(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
              const std::vector<size_t>& order, std::vector<std::vector<HoldSlot>>* all) {
  Attempt attempt(draft);
  all->assign(shape.size(), {});
  for (size_t index : order) {
    const Part& part = shape[index];
    const auto existing = static_cast<int32_t>(part.pods.size());
    std::vector<HoldSlot>& slots = (*all)[index];
    slots = Place(draft, profile, gang, part.role, existing, Tree::Use::kUsed);
    if (CountOf(slots) < existing) return false;
    const auto held = Place(draft, profile, gang, part.role, part.forecast, Tree::Use::kHeld);
    if (CountOf(held) < part.forecast) return false;
    slots.insert(slots.end(), held.begin(), held.end());
  }
  attempt.Keep();
  return true;
}

// Takes a placement that was worked out, if the draft really has that room.
bool PlaceOn(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
             const Places& places) {
  if (places.empty()) return false;
  Attempt attempt(draft);
  for (size_t i = 0; i < shape.size(); ++i) {
    auto existing = static_cast<int32_t>(shape[i].pods.size());
    for (const HoldSlot& slot : places[i]) {
      if (RoomsOf(draft, profile, shape[i].role)[slot.node.value] < slot.count) return false;
      const int32_t used = std::min(existing, slot.count);
      existing -= used;
      if (used > 0) draft.Take(gang, shape[i].role, slot.node, used, Tree::Use::kUsed);
      const int32_t held = slot.count - used;
      if (held > 0) draft.Take(gang, shape[i].role, slot.node, held, Tree::Use::kHeld);
    }
  }
  attempt.Keep();
  return true;
}

// Greedy can choose wrongly where roles compete for the same nodes. The flow knows better where
// nodes are like slots; where they are not, a search may.
bool PlaceCompeting(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                    Places* places) {
  const auto classes = SlotClassesOf(draft, profile, shape, Measure::kFree);
  if (!Flows(shape, classes)) return false;
  const SlotFlow flow = FlowOf(shape, classes);
  if (flow.missing > 0) return false;
  for (const bool dealt : {false, true}) {
    *places = PlacesOf(classes, flow, dealt);
    if (PlaceOn(draft, profile, gang, shape, *places)) return true;
  }
  if (draft.state().nodes().count() > static_cast<int64_t>(kMostNodesToSearch)) return false;
  *places = SearchPlaces(draft, profile, shape, Measure::kFree, kMostVisits).places;
  return PlaceOn(draft, profile, gang, shape, *places);
}

}  // namespace

bool MayFit(Draft& draft, const Profile& profile, const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(), [&](const Part& part) {
    return SumOfRooms(draft, profile, part.role, part.count()) >= part.count();
  });
}

bool PlaceShape(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                std::vector<std::vector<HoldSlot>>* slots) {
  std::vector<size_t> order = ScarcestFirst(draft, profile, shape);
  if (order.empty()) return false;
  if (PlaceAll(draft, profile, gang, shape, order, slots)) return true;
  if (shape.size() == 1) return false;
  std::reverse(order.begin(), order.end());
  if (PlaceAll(draft, profile, gang, shape, order, slots)) return true;
  return PlaceCompeting(draft, profile, gang, shape, slots);
}

Fit TryFit(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  Fit fit;
  fit.reason = CheckQuota(draft.state(), gang, Sum(draft.state(), shape), Asks::kStart);
  if (fit.reason.code != ReasonCode::kNone) {
    // That it could never start says more than that it may not now, and is in nobody's way.
    Reason never = ExplainHopeless(draft, profile, gang, shape);
    const bool limit_is_too_low = fit.reason.code == ReasonCode::kNeverFits;
    if (!limit_is_too_low && never.code != ReasonCode::kNone) fit.reason = std::move(never);
    return fit;
  }
  if (PlaceShape(draft, profile, gang, shape, &fit.slots)) {
    draft.Begin(gang);
    return fit;
  }
  fit.reason = ExplainShortage(draft, profile, gang, shape);
  return fit;
}

}  // namespace muster
