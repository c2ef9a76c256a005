// SPDX-License-Identifier: Apache-2.0
#include "policies/pool.h"

#include <algorithm>

namespace muster {

namespace {

constexpr size_t kMostBits = 64;
// Each costs some 30 bytes a node. The shapes that wait are few; beyond that the one that was not
// asked for longest is counted anew when it is.
constexpr size_t kMostPools = 64;

struct Counter {
  const State& state;
  const std::vector<absl::Span<const int32_t>>& admission;  // by role
  PoolColumns* pool;

  PoolColumns::Mask MaskOf(uint32_t node) const {
    PoolColumns::Mask mask = 0;
    for (size_t role = 0; role < admission.size(); ++role) {
      if (admission[role][node] > 0) mask |= PoolColumns::Mask{1} << std::min(role, kMostBits - 1);
    }
    return mask;
  }

  void Count(uint32_t node) const {
    const PoolColumns::Mask mask = pool->masks[node] = MaskOf(node);
    if (mask == 0) return;
    PoolColumns::Sum& sum = pool->sums[mask];
    ++sum.nodes;
    if (sum.free.empty()) sum.free.resize(pool->asked.size(), 0);
    for (size_t i = 0; i < pool->asked.size(); ++i) {
      const auto free = state.nodes().free(pool->asked[i]);
      const int64_t amount = free.empty() ? 0 : std::max<int64_t>(free[node], 0);
      pool->counted[i][node] = amount;
      sum.free[i] += amount;
    }
  }

  void Discount(uint32_t node) const {
    const PoolColumns::Mask mask = pool->masks[node];
    if (mask == 0) return;
    PoolColumns::Sum& sum = pool->sums[mask];
    for (size_t i = 0; i < pool->asked.size(); ++i) {
      sum.free[i] -= pool->counted[i][node];
    }
    if (--sum.nodes == 0) pool->sums.erase(mask);
  }

  void CountAll() const {
    const size_t nodes = state.nodes().size();
    pool->sums.clear();
    pool->masks.assign(nodes, 0);
    pool->counted.assign(pool->asked.size(), std::vector<int64_t>(nodes, 0));
    for (uint32_t node = 0; node < nodes; ++node) Count(node);
  }
};

PoolColumns& Known(Pools& pools, const std::vector<RoleId>& roles, const State& state) {
  const auto [entry, fresh] = pools.by_roles.try_emplace(roles);
  entry->second.used = ++pools.questions;
  if (!fresh) return entry->second;
  if (pools.by_roles.size() > kMostPools) {
    const auto oldest = std::min_element(
        pools.by_roles.begin(), pools.by_roles.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    pools.by_roles.erase(oldest);
  }
  PoolColumns& pool = pools.by_roles[roles];
  for (uint32_t column = 0; column < state.resources().size(); ++column) {
    const bool asked = std::any_of(roles.begin(), roles.end(), [&state, column](RoleId role) {
      return AmountAt(state.roles().at(role).each, column) > 0;
    });
    if (asked) pool.asked.push_back(column);
  }
  return pool;
}

}  // namespace

const PoolColumns& PoolOf(Draft& draft, const Profile& profile, const std::vector<RoleId>& roles) {
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  PoolColumns& pool = Known(draft.pools(), roles, state);
  std::vector<absl::Span<const int32_t>> admission;
  for (RoleId role : roles) admission.push_back(AdmissionOf(draft, profile, role));
  const Counter counter{state, admission, &pool};
  absl::Span<const NodeId> changed;
  const bool followed = pool.masks.size() == nodes.size() && pool.position > 0 &&
                        nodes.Since(pool.position, &changed) && changed.size() <= nodes.size() / 8;
  if (!followed) {
    counter.CountAll();
  } else {
    for (size_t i = 0; i < changed.size(); ++i) {
      if (i > 0 && changed[i] == changed[i - 1]) continue;
      counter.Discount(changed[i].value);
      counter.Count(changed[i].value);
    }
  }
  pool.position = nodes.journal_end();
  return pool;
}

}  // namespace muster
