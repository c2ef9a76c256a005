// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/slot_flow.h"

#include <algorithm>

#include "absl/container/btree_map.h"
#include "scheduler/cycle/max_flow.h"

namespace muster {

namespace {

// One node after the other, as the parts see it.
class Rooms {
 public:
  Rooms(Draft& draft, const Profile& profile, const Shape& shape, Measure measure)
      : nodes_(draft.state().nodes()), measure_(measure), most_(CountOf(shape)) {
    for (const Part& part : shape) {
      const RoleClass& role = draft.state().roles().at(part.role);
      const RoomColumns& columns = UpToDate(draft, profile, part.role);
      parts_.push_back({&role.each, measure == Measure::kFree ? columns.rooms : columns.fixed});
    }
  }

  // A part that has the node to itself. More than all members is as good as all.
  int32_t Alone(size_t part, NodeId node) const {
    const auto [each, known] = parts_[part];
    int64_t room = std::min<int64_t>(most_, known[node.value]);
    if (measure_ == Measure::kFree || room <= 0) return static_cast<int32_t>(room);
    for (size_t column = 0; column < each->size(); ++column) {
      if ((*each)[column] > 0) room = std::min(room, Amount(column, node) / (*each)[column]);
    }
    return static_cast<int32_t>(room);
  }

  // At most: nobody who has room there asks for less than the least request.
  int32_t Together(const SlotClass& seen, NodeId node) const {
    int64_t sum = 0;
    size_t columns = 0;
    for (size_t part = 0; part < parts_.size(); ++part) {
      sum += seen.rooms[part];
      if (seen.rooms[part] > 0) columns = std::max(columns, parts_[part].each->size());
    }
    int64_t slots = std::min<int64_t>(most_, sum);
    for (size_t column = 0; column < columns; ++column) {
      int64_t least = kUnlimited;
      for (size_t part = 0; part < parts_.size(); ++part) {
        if (seen.rooms[part] > 0) least = std::min(least, AmountAt(*parts_[part].each, column));
      }
      if (least > 0) slots = std::min(slots, Amount(column, node) / least);
    }
    return static_cast<int32_t>(slots);
  }

 private:
  struct Asking {
    const Amounts* each;
    absl::Span<const int32_t> known;  // rooms, or > 0 where it is admitted
  };

  int64_t Amount(size_t column, NodeId node) const {
    const auto all = measure_ == Measure::kFree ? nodes_.free(column) : nodes_.allocatable(column);
    return all.empty() ? 0 : std::max<int64_t>(all[node.value], 0);
  }

  const Nodes& nodes_;
  Measure measure_;
  int64_t most_;
  std::vector<Asking> parts_;
};

// Whether the parts that have room there take equal parts of the node: then a mix fits whenever its
// members' parts sum to no more than the node.
bool Exact(const SlotClass& seen) {
  return std::all_of(seen.rooms.begin(), seen.rooms.end(),
                     [&seen](int32_t room) { return room == 0 || room == seen.slots; });
}

// What a node of a class gets of each part.
using Load = std::vector<int64_t>;

// One node as full as it goes, then the next; what stays over at the end is in the last entry.
std::vector<Load> Fill(const SlotClass& seen, Load left) {
  std::vector<Load> loads;
  for (size_t i = 0; i < seen.nodes.size(); ++i) {
    int64_t slots = seen.slots;
    Load load;
    for (size_t part = 0; part < left.size(); ++part) {
      load.push_back(std::min<int64_t>({left[part], seen.rooms[part], slots}));
      left[part] -= load.back();
      slots -= load.back();
    }
    loads.push_back(std::move(load));
  }
  loads.push_back(std::move(left));
  return loads;
}

// Dealt like cards: no node gets more than its part of any role, or of all.
std::vector<Load> Deal(const SlotClass& seen, const Load& assigned) {
  std::vector<Load> loads(seen.nodes.size(), Load(assigned.size(), 0));
  size_t next = 0;
  for (size_t part = 0; part < assigned.size(); ++part) {
    for (int64_t i = 0; i < assigned[part]; ++i) ++loads[next++ % loads.size()][part];
  }
  return loads;
}

bool Nothing(const Load& load) {
  return std::all_of(load.begin(), load.end(), [](int64_t count) { return count == 0; });
}

}  // namespace

std::vector<SlotClass> SlotClassesOf(Draft& draft, const Profile& profile, const Shape& shape,
                                     Measure measure) {
  const Nodes& nodes = draft.state().nodes();
  const Rooms rooms(draft, profile, shape, measure);
  std::vector<SlotClass> classes;
  absl::btree_map<std::pair<absl::InlinedVector<int32_t, 4>, int32_t>, size_t> index;
  SlotClass seen;
  for (uint32_t rank = 0; rank < nodes.size(); ++rank) {
    const NodeId node = nodes.by_rank(rank);
    seen.rooms.clear();
    for (size_t part = 0; part < shape.size(); ++part) {
      seen.rooms.push_back(rooms.Alone(part, node));
    }
    seen.slots = rooms.Together(seen, node);
    if (seen.slots == 0) continue;
    const auto [at, fresh] =
        index.try_emplace(std::make_pair(seen.rooms, seen.slots), classes.size());
    if (fresh) {
      seen.exact = Exact(seen);
      classes.push_back(seen);
    }
    classes[at->second].nodes.push_back(node);
  }
  return classes;
}

bool Flows(const Shape& shape, const std::vector<SlotClass>& classes) {
  return shape.size() * classes.size() <= kMostFlowEdges;
}

SlotFlow FlowOf(const Shape& shape, const std::vector<SlotClass>& classes) {
  const size_t source = shape.size() + classes.size();
  const size_t sink = source + 1;
  FlowNetwork network(sink + 1);
  std::vector<std::vector<size_t>> edges(shape.size());
  for (size_t part = 0; part < shape.size(); ++part) {
    network.AddEdge(source, part, shape[part].count());
    for (size_t c = 0; c < classes.size(); ++c) {
      const auto nodes = static_cast<int64_t>(classes[c].nodes.size());
      edges[part].push_back(
          network.AddEdge(part, shape.size() + c, nodes * classes[c].rooms[part]));
    }
  }
  SlotFlow flow;
  for (size_t c = 0; c < classes.size(); ++c) {
    const auto nodes = static_cast<int64_t>(classes[c].nodes.size());
    network.AddEdge(shape.size() + c, sink, nodes * classes[c].slots);
    flow.exact = flow.exact && classes[c].exact;
  }
  flow.members = network.Solve(source, sink);
  flow.missing = CountOf(shape) - flow.members;
  flow.assigned.resize(shape.size());
  for (size_t part = 0; part < shape.size(); ++part) {
    for (size_t edge : edges[part]) flow.assigned[part].push_back(network.flow(edge));
    flow.short_parts.push_back(flow.missing > 0 && network.least_side()[part]);
  }
  return flow;
}

Places PlacesOf(const std::vector<SlotClass>& classes, const SlotFlow& flow, bool dealt) {
  Places places(flow.assigned.size());
  for (size_t c = 0; c < classes.size(); ++c) {
    Load assigned;
    for (const std::vector<int64_t>& of_part : flow.assigned) assigned.push_back(of_part[c]);
    const auto loads = dealt ? Deal(classes[c], assigned) : Fill(classes[c], assigned);
    if (!dealt && !Nothing(loads.back())) return {};
    for (size_t i = 0; i < classes[c].nodes.size(); ++i) {
      for (size_t part = 0; part < places.size(); ++part) {
        const auto count = static_cast<int32_t>(loads[i][part]);
        if (count > 0) places[part].push_back(HoldSlot{classes[c].nodes[i], count});
      }
    }
  }
  return places;
}

}  // namespace muster
