// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/amounts.h"

#include <algorithm>

namespace muster {

void AddScaled(Amounts* amounts, const Amounts& other, int64_t factor) {
  if (amounts->size() < other.size()) amounts->resize(other.size(), 0);
  for (size_t i = 0; i < other.size(); ++i) {
    if (other[i] == 0) continue;
    (*amounts)[i] = SaturatingAdd((*amounts)[i], SaturatingMultiply(other[i], factor));
  }
}

bool IsNothing(const Amounts& amounts) {
  return std::all_of(amounts.begin(), amounts.end(), [](int64_t amount) { return amount == 0; });
}

ResourceTable::ResourceTable()
    : names_{std::string(kCpu), std::string(kMemory), std::string(kPods)} {}

uint32_t ResourceTable::Column(absl::string_view name) {
  auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) at = names_.insert(at, std::string(name));
  return static_cast<uint32_t>(at - names_.begin());
}

Amounts ResourceTable::ToAmounts(const ResourceList& list, int64_t missing) {
  Amounts amounts(kFixedColumns, missing);
  for (const auto& [name, amount] : list.entries()) {
    const uint32_t column = Column(name);
    if (column >= amounts.size()) amounts.resize(column + 1, missing);
    amounts[column] = amount;
  }
  return amounts;
}

ResourceList ResourceTable::ToList(const Amounts& amounts) const {
  ResourceList list;
  for (size_t i = 0; i < amounts.size(); ++i) list.Set(names_[i], amounts[i]);
  return list;
}

}  // namespace muster
