// SPDX-License-Identifier: Apache-2.0
#include "policies/profile.h"

namespace muster {

#define POLICY(kind, name, factory) std::unique_ptr<kind> factory();
#include "policies/policies.inc"
#undef POLICY

namespace {

template <typename Kind>
struct Row {
  absl::string_view name;
  std::unique_ptr<Kind> (*make)();
};

struct Registry {
  std::vector<Row<Filter>> filters;
  std::vector<Row<Scorer>> scorers;
  std::vector<Row<GangOrder>> orders;

  void Add(absl::string_view name, std::unique_ptr<Filter> (*make)()) {
    filters.push_back({name, make});
  }
  void Add(absl::string_view name, std::unique_ptr<Scorer> (*make)()) {
    scorers.push_back({name, make});
  }
  void Add(absl::string_view name, std::unique_ptr<GangOrder> (*make)()) {
    orders.push_back({name, make});
  }
};

Registry All() {
  Registry registry;
#define POLICY(kind, name, factory) registry.Add(name, &factory);
#include "policies/policies.inc"
#undef POLICY
  return registry;
}

template <typename Kind>
std::unique_ptr<Kind> Pick(const std::vector<Row<Kind>>& rows, absl::string_view name) {
  for (const Row<Kind>& row : rows) {
    if (row.name == name) return row.make();
  }
  return rows.front().make();
}

}  // namespace

Profile MakeProfile(absl::string_view scorer) {
  const Registry registry = All();
  Profile profile;
  for (const auto& row : registry.filters) profile.filters.push_back(row.make());
  profile.scorer = Pick(registry.scorers, scorer);
  profile.fifo = Pick(registry.orders, "fifo");
  profile.fair = Pick(registry.orders, "fair");
  return profile;
}

std::vector<absl::string_view> ScorerNames() {
  std::vector<absl::string_view> names;
  for (const auto& row : All().scorers) names.push_back(row.name);
  return names;
}

}  // namespace muster
