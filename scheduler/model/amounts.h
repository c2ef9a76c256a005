// SPDX-License-Identifier: Apache-2.0
// Resources as columns: inside the decision a resource is a small index, an amount vector is dense,
// and a missing tail is zero. The first columns are fixed; extended resources follow in the order
// in which they are first seen. Units as in resource_list.h.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/resource_list.h"

namespace muster {

inline constexpr uint32_t kCpuColumn = 0;
inline constexpr uint32_t kMemoryColumn = 1;
inline constexpr uint32_t kPodsColumn = 2;
inline constexpr uint32_t kFixedColumns = 3;

using Amounts = absl::InlinedVector<int64_t, 4>;

// Requests beyond this (1 PiB, in bytes) are one step above it, what nodes offer is at most this:
// so such a request never fits, sums over pods cannot overflow, and doubles hold every amount
// exactly.
inline constexpr int64_t kLargestAmount = int64_t{1} << 50;

inline constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

inline int64_t AmountAt(const Amounts& amounts, size_t column) {
  return column < amounts.size() ? amounts[column] : 0;
}

// amounts += factor * other, saturating.
void AddScaled(Amounts* amounts, const Amounts& other, int64_t factor);

// All columns are zero.
bool IsNothing(const Amounts& amounts);

// Names to columns. Append-only: a column never changes its meaning.
class ResourceTable {
 public:
  ResourceTable();

  uint32_t Column(absl::string_view name);
  absl::string_view Name(uint32_t column) const { return names_[column]; }
  size_t size() const { return names_.size(); }

  // Every name of `list` gets a column. Columns not named are `missing`.
  Amounts ToAmounts(const ResourceList& list, int64_t missing = 0);
  ResourceList ToList(const Amounts& amounts) const;

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(names_);
  }

 private:
  std::vector<std::string> names_;  // few: searched in order
};

}  // namespace muster
