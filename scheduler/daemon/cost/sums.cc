// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/sums.h"

#include <algorithm>

namespace muster::daemon {
namespace {

constexpr absl::string_view kNames[kCostKinds] = {"requested", "idle", "lost"};

void AddTo(std::vector<absl::int128>* sums, size_t column, absl::int128 value) {
  if (value == 0) return;
  if (sums->size() <= column) sums->resize(column + 1);
  (*sums)[column] += value;
}

bool AllZero(const std::vector<absl::int128>& sums) {
  return std::all_of(sums.begin(), sums.end(), [](absl::int128 sum) { return sum == 0; });
}

}  // namespace

absl::string_view Name(CostKind kind) { return kNames[static_cast<size_t>(kind)]; }

void CostVector::Add(const Part& part, absl::int128 times) {
  for (size_t i = 0; i < part.amounts.size(); ++i) AddTo(&amounts_, i, times * part.amounts[i]);
  for (size_t i = 0; i < part.money.size(); ++i) AddTo(&money_, i, times * part.money[i]);
}

void CostVector::Add(const CostVector& rate, absl::int128 times) {
  for (size_t i = 0; i < rate.amounts_.size(); ++i) AddTo(&amounts_, i, times * rate.amounts_[i]);
  for (size_t i = 0; i < rate.money_.size(); ++i) AddTo(&money_, i, times * rate.money_[i]);
}

bool CostVector::zero() const { return AllZero(amounts_) && AllZero(money_); }

double InSeconds(uint32_t column, absl::int128 amount_nanos) {
  return static_cast<double>(amount_nanos) * 1e-9 * (column == kCpuColumn ? 1e-3 : 1);
}

double InCurrency(absl::int128 money_nanos) {
  constexpr double kNanosAnHour = 3600e9;
  return static_cast<double>(money_nanos) * 1e-12 / kNanosAnHour;
}

}  // namespace muster::daemon
