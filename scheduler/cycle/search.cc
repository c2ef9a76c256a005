// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/search.h"

#include <algorithm>

namespace muster {

namespace {

// Distributes part after part over the nodes, the smallest part first, taking back what leads
// nowhere. The last part needs no search: alone it fits where the sum of its rooms suffices. Of
// equal nodes an earlier one takes at least as many, so that a row of them is one case, not many.
class Search {
 public:
  Search(Draft& draft, const Profile& profile, const Shape& shape, Measure measure,
         size_t most_visits)
      : nodes_(draft.state().nodes()), most_visits_(most_visits) {
    const State& state = draft.state();
    const Nodes& nodes = state.nodes();
    for (size_t part = 0; part < shape.size(); ++part) {
      const auto admission = AdmissionOf(draft, profile, shape[part].role);
      Line line{part, &state.roles().at(shape[part].role).each, shape[part].count(), {}, {}};
      line.taken.assign(nodes.size(), 0);
      for (uint32_t rank = 0; rank < nodes.size(); ++rank) {
        line.admits.push_back(admission[nodes.by_rank(rank).value] > 0);
      }
      lines_.push_back(std::move(line));
    }
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.count < b.count; });
    for (uint32_t rank = 0; rank < nodes.size(); ++rank) {
      Amounts left;
      for (size_t column = 0; column < state.resources().size(); ++column) {
        const auto all = measure == Measure::kFree ? nodes.free(column) : nodes.allocatable(column);
        left.push_back(all.empty() ? 0 : std::max<int64_t>(all[nodes.by_rank(rank).value], 0));
      }
      left_.push_back(std::move(left));
    }
  }

  Found Look() {
    Found found;
    const bool fits = Place(0, 0, lines_.front().count, 0);
    found.outcome = visits_ > most_visits_ ? Found::kCutOff : fits ? Found::kPlaces : Found::kNone;
    if (found.outcome != Found::kPlaces) return found;
    found.places.resize(lines_.size());
    for (const Line& line : lines_) {
      for (uint32_t rank = 0; rank < line.taken.size(); ++rank) {
        if (line.taken[rank] == 0) continue;
        found.places[line.part].push_back(
            HoldSlot{nodes_.by_rank(rank), static_cast<int32_t>(line.taken[rank])});
      }
    }
    return found;
  }

 private:
  struct Line {
    size_t part;
    const Amounts* each;
    int64_t count;
    std::vector<bool> admits;    // by rank
    std::vector<int64_t> taken;  // by rank, of what was found
  };

  int64_t Room(const Line& line, size_t node) const {
    if (!line.admits[node]) return 0;
    int64_t room = line.count;
    for (size_t column = 0; column < line.each->size(); ++column) {
      const int64_t request = (*line.each)[column];
      if (request > 0) room = std::min(room, left_[node][column] / request);
    }
    return room;
  }

  // The last part goes wherever there is room.
  bool TakeTheRest(Line* line) const {
    if (!SumSuffices(*line)) return false;
    int64_t wanted = line->count;
    for (size_t node = 0; node < left_.size(); ++node) {
      line->taken[node] = std::min(wanted, Room(*line, node));
      wanted -= line->taken[node];
    }
    return true;
  }

  bool SumSuffices(const Line& line) const {
    int64_t sum = 0;
    for (size_t node = 0; node < left_.size() && sum < line.count; ++node) sum += Room(line, node);
    return sum >= line.count;
  }

  // Whether the node was like the one before it until that took `taken` of the line.
  bool LikeTheLast(const Line& line, size_t node, int64_t taken) const {
    if (node == 0) return false;
    for (const Line& other : lines_) {
      if (other.admits[node] != other.admits[node - 1]) return false;
    }
    Amounts before = left_[node - 1];
    AddScaled(&before, *line.each, taken);
    return before == left_[node];
  }

  // `wanted` more of the part on nodes from `node` on, then the parts after it.
  bool Place(size_t part, size_t node, int64_t wanted, int64_t taken) {
    visits_ += left_.size();
    if (visits_ > most_visits_) return true;
    Line& line = lines_[part];
    if (part + 1 == lines_.size()) return TakeTheRest(&line);
    for (size_t later = part + 1; later < lines_.size(); ++later) {
      if (!SumSuffices(lines_[later])) return false;
    }
    if (wanted == 0) return Place(part + 1, 0, lines_[part + 1].count, 0);
    if (node == left_.size()) return false;
    int64_t most = std::min(wanted, Room(line, node));
    if (LikeTheLast(line, node, taken)) most = std::min(most, taken);
    for (int64_t take = most; take >= 0; --take) {
      AddScaled(&left_[node], *line.each, -take);
      const bool fits = Place(part, node + 1, wanted - take, take);
      AddScaled(&left_[node], *line.each, take);
      line.taken[node] = take;
      if (fits) return true;
      line.taken[node] = 0;
    }
    return false;
  }

  const Nodes& nodes_;
  size_t most_visits_;
  std::vector<Line> lines_;
  std::vector<Amounts> left_;  // by rank
  size_t visits_ = 0;
};

}  // namespace

Found SearchPlaces(Draft& draft, const Profile& profile, const Shape& shape, Measure measure,
                   size_t most_visits) {
  return Search(draft, profile, shape, measure, most_visits).Look();
}

}  // namespace muster
