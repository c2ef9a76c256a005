// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/shortage.h"

#include <algorithm>

#include "scheduler/cycle/max_flow.h"

namespace muster {

namespace {

using Mask = PoolColumns::Mask;
using Have = std::vector<std::pair<Mask, int64_t>>;

constexpr size_t kMostBits = 64;
constexpr int64_t kMostFlow = int64_t{1} << 61;  // exact below: no cluster has as much

Mask BitOf(size_t part) { return Mask{1} << std::min(part, kMostBits - 1); }

int64_t Saturated(absl::int128 amount) {
  return static_cast<int64_t>(std::min<absl::int128>(amount, kUnlimited));
}

Lack LackOf(std::vector<bool> parts, const std::vector<int64_t>& needs, const Have& have) {
  Lack lack{std::move(parts)};
  Mask mask = 0;
  for (size_t part = 0; part < needs.size(); ++part) {
    if (needs[part] == 0) lack.parts[part] = false;
    if (needs[part] > 0 && !lack.parts[part]) lack.whole = false;
    if (!lack.parts[part]) continue;
    lack.need = SaturatingAdd(lack.need, needs[part]);
    mask |= BitOf(part);
  }
  for (const auto& [of, amount] : have) {
    if ((of & mask) != 0) lack.have = SaturatingAdd(lack.have, amount);
  }
  return lack;
}

// By a flow of amounts from the parts to the masks that admit them: what does not get through is
// missing, and the cut says to whom.
std::vector<bool> LackingMost(const std::vector<int64_t>& needs, const Have& have) {
  const size_t source = needs.size() + have.size();
  FlowNetwork network(source + 2);
  const int64_t most = kMostFlow / static_cast<int64_t>(needs.size());
  for (size_t part = 0; part < needs.size(); ++part) {
    network.AddEdge(source, part, std::min(needs[part], most));
    for (size_t i = 0; i < have.size(); ++i) {
      if ((have[i].first & BitOf(part)) != 0) {
        network.AddEdge(part, needs.size() + i, kMostFlow);
      }
    }
  }
  for (size_t i = 0; i < have.size(); ++i) {
    network.AddEdge(needs.size() + i, source + 1, std::min(have[i].second, kMostFlow));
  }
  network.Solve(source, source + 1);
  std::vector<bool> parts;
  for (size_t part = 0; part < needs.size(); ++part) {
    parts.push_back(network.largest_side()[part]);
  }
  return parts;
}

// What is allocatable, by mask: asked only when nodes have changed.
Have AllocatableBy(const Nodes& nodes, const PoolColumns& pool, uint32_t column) {
  absl::btree_map<Mask, absl::int128> sums;
  const auto all = nodes.allocatable(column);
  for (uint32_t node = 0; node < nodes.size(); ++node) {
    if (pool.masks[node] != 0) sums[pool.masks[node]] += all.empty() ? 0 : all[node];
  }
  Have have;
  for (const auto& [mask, sum] : sums) have.emplace_back(mask, Saturated(sum));
  return have;
}

Have FreeBy(const PoolColumns& pool, size_t asked) {
  Have have;
  for (const auto& [mask, sum] : pool.sums) have.emplace_back(mask, Saturated(sum.free[asked]));
  return have;
}

}  // namespace

std::optional<Lack> LargestLack(const std::vector<int64_t>& needs, const Have& have) {
  const std::vector<bool> all(needs.size(), true);
  Mask everyone = 0;
  for (size_t part = 0; part < needs.size(); ++part) everyone |= BitOf(part);
  const bool one_pool = needs.size() == 1 || (have.size() == 1 && have.front().first == everyone);
  const bool flows = needs.size() * have.size() <= kMostFlowEdges;
  Lack lack = LackOf(one_pool || !flows ? all : LackingMost(needs, have), needs, have);
  if (lack.need <= lack.have) return std::nullopt;
  return lack;
}

std::optional<Shortage> ShortageOf(Draft& draft, const Profile& profile, const Shape& shape,
                                   Measure measure) {
  const State& state = draft.state();
  std::vector<RoleId> roles;
  for (const Part& part : shape) roles.push_back(part.role);
  const PoolColumns& pool = PoolOf(draft, profile, roles);
  for (size_t i = 0; i < pool.asked.size(); ++i) {
    const uint32_t column = pool.asked[i];
    std::vector<int64_t> needs;
    for (const Part& part : shape) {
      needs.push_back(
          SaturatingMultiply(AmountAt(state.roles().at(part.role).each, column), part.count()));
    }
    const std::optional<Lack> lack =
        LargestLack(needs, measure == Measure::kFree ? FreeBy(pool, i)
                                                     : AllocatableBy(state.nodes(), pool, column));
    if (lack.has_value()) return Shortage{column, *lack};
  }
  return std::nullopt;
}

}  // namespace muster
