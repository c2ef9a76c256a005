// SPDX-License-Identifier: Apache-2.0
// Amounts by resource name, as pods, nodes and queue configs state them. Units: "cpu" in milli-CPU,
// everything else in whole units (memory in bytes). Sorted by name, no zero entries, so that equal
// lists compare equal. Sums saturate: overflow is refused at the edge (codec), never wrapped here.
// Inside the decision resources are columns: see scheduler/state/amounts.h.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster {

inline constexpr absl::string_view kCpu = "cpu";
inline constexpr absl::string_view kMemory = "memory";
inline constexpr absl::string_view kPods = "pods";
inline constexpr absl::string_view kEphemeralStorage = "ephemeral-storage";

inline int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

inline int64_t SaturatingMultiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a > 0) == (b > 0) ? std::numeric_limits<int64_t>::max()
                            : std::numeric_limits<int64_t>::min();
}

class ResourceList {
 public:
  using Entry = std::pair<std::string, int64_t>;

  ResourceList() = default;
  ResourceList(std::initializer_list<std::pair<absl::string_view, int64_t>> entries);

  // 0 where the list does not name the resource.
  int64_t Get(absl::string_view name) const;
  bool Has(absl::string_view name) const;
  // Setting 0 removes the entry, unless `keep_zero`: a queue's `max: {gpu: 0}` means none at all.
  void Set(absl::string_view name, int64_t amount, bool keep_zero = false);
  void Add(const ResourceList& other);
  // The larger of both, by resource.
  void RaiseTo(const ResourceList& other);

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

  friend bool operator==(const ResourceList&, const ResourceList&) = default;

 private:
  std::vector<Entry> entries_;
};

// "2 cpu, 4Gi memory, 1 nvidia.com/gpu"; "nothing" for an empty list.
std::string ToString(const ResourceList& list);
// One amount in the unit people write: 1500m, 2, 4Gi, 1408Mi, 7.
std::string AmountToString(absl::string_view resource, int64_t amount);

}  // namespace muster
