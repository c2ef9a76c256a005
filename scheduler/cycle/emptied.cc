// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/emptied.h"

#include <algorithm>

namespace muster {

namespace {

// Of nodes: bounds time (some milliseconds) and, as each step looks at all, the depth of recursion.
constexpr size_t kMostVisits = 2'000'000;

// Distributes part after part over the nodes, the smallest part first, taking back what leads
// nowhere. The last part needs no search: alone it fits where the sum of its rooms suffices. Of
// equal nodes an earlier one takes at least as many, so that a row of them is one case, not many.
class Search {
 public:
  Search(Draft& draft, const Profile& profile, const Shape& shape) {
    const State& state = draft.state();
    const Nodes& nodes = state.nodes();
    for (const Part& part : shape) {
      const auto admission = AdmissionOf(draft, profile, part.role);
      Line line{&state.roles().at(part.role).each, part.count(), {}};
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
        const auto all = nodes.allocatable(column);
        left.push_back(all.empty() ? 0 : all[nodes.by_rank(rank).value]);
      }
      left_.push_back(std::move(left));
    }
  }

  bool Fits() { return Place(0, 0, lines_.front().count, 0); }

 private:
  struct Line {
    const Amounts* each;
    int64_t count;
    std::vector<bool> admits;  // by rank
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
    if (visits_ > kMostVisits) return true;
    const Line& line = lines_[part];
    if (part + 1 == lines_.size()) return SumSuffices(line);
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
      if (fits) return true;
    }
    return false;
  }

  std::vector<Line> lines_;
  std::vector<Amounts> left_;  // by rank
  size_t visits_ = 0;
};

}  // namespace

int64_t EmptiedRoom(Draft& draft, const Profile& profile, const RoleClass& role, int64_t enough) {
  const auto admission = AdmissionOf(draft, profile, role.id);
  const Nodes& nodes = draft.state().nodes();
  int64_t sum = 0;
  for (uint32_t i = 0; i < nodes.size() && sum < enough; ++i) {
    if (admission[i] <= 0) continue;
    int64_t room = enough;
    for (size_t column = 0; column < role.each.size(); ++column) {
      if (role.each[column] <= 0) continue;
      const auto all = nodes.allocatable(column);
      room = std::min(room, all.empty() ? 0 : all[i] / role.each[column]);
    }
    sum += room;
  }
  return std::min(sum, enough);
}

bool FitsEmptied(Draft& draft, const Profile& profile, const Shape& shape) {
  return shape.empty() || Search(draft, profile, shape).Fits();
}

}  // namespace muster
