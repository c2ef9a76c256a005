// SPDX-License-Identifier: Apache-2.0
// Sums over time, exact: amounts times nanoseconds, in 128 bits.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "scheduler/model/amounts.h"

namespace muster::daemon {

// requested: by pods on nodes; idle: held for members that do not exist, and used by nobody; lost:
// of what was requested, by pods until they were evicted by our decision.
enum class CostKind : uint8_t { kRequested, kIdle, kLost };
inline constexpr size_t kCostKinds = 3;
absl::string_view Name(CostKind kind);

// By column: what is taken, in units of resource_list.h, and its money in trillionths an hour.
struct Part {
  Amounts amounts;
  Amounts money;
  friend bool operator==(const Part&, const Part&) = default;
};

// By column; a rate, or its integral over nanoseconds.
class CostVector {
 public:
  // times * part
  void Add(const Part& part, absl::int128 times);
  void Add(const CostVector& rate, absl::int128 times);
  bool zero() const;

  absl::int128 amount(size_t column) const { return At(amounts_, column); }
  absl::int128 money(size_t column) const { return At(money_, column); }
  size_t columns() const { return std::max(amounts_.size(), money_.size()); }

 private:
  using Column = std::vector<absl::int128>;
  static absl::int128 At(const Column& column, size_t at) {
    return at < column.size() ? column[at] : absl::int128(0);
  }
  Column amounts_;
  Column money_;
};

using CostSums = std::array<CostVector, kCostKinds>;

// An integral in base units and seconds: core-seconds, byte-seconds.
double InSeconds(uint32_t column, absl::int128 amount_nanos);
// An integral of trillionths an hour over nanoseconds, in units of the currency.
double InCurrency(absl::int128 money_nanos);

}  // namespace muster::daemon
