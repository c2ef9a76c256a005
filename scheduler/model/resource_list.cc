// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/resource_list.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace muster {

ResourceList::ResourceList(std::initializer_list<std::pair<absl::string_view, int64_t>> entries) {
  for (const auto& [name, amount] : entries) Set(name, amount);
}

int64_t ResourceList::Get(absl::string_view name) const {
  for (const auto& [key, amount] : entries_) {
    if (key == name) return amount;
  }
  return 0;
}

bool ResourceList::Has(absl::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [name](const Entry& entry) { return entry.first == name; });
}

void ResourceList::Set(absl::string_view name, int64_t amount, bool keep_zero) {
  auto at =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const Entry& entry, absl::string_view key) { return entry.first < key; });
  const bool found = at != entries_.end() && at->first == name;
  if (amount == 0 && !keep_zero) {
    if (found) entries_.erase(at);
    return;
  }
  if (found) {
    at->second = amount;
  } else {
    entries_.insert(at, Entry(std::string(name), amount));
  }
}

void ResourceList::Add(const ResourceList& other) {
  for (const auto& [name, amount] : other.entries_) Set(name, SaturatingAdd(Get(name), amount));
}

void ResourceList::RaiseTo(const ResourceList& other) {
  for (const auto& [name, amount] : other.entries_) Set(name, std::max(Get(name), amount));
}

std::string AmountToString(absl::string_view resource, int64_t amount) {
  if (resource == kCpu) {
    return amount % 1000 == 0 ? absl::StrCat(amount / 1000) : absl::StrCat(amount, "m");
  }
  if (resource == kMemory || resource == kEphemeralStorage ||
      resource.substr(0, 10) == "hugepages-") {
    constexpr const char* kSuffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
    int suffix = 0;
    while (suffix < 5 && amount != 0 && amount % 1024 == 0) {
      amount /= 1024;
      ++suffix;
    }
    return absl::StrCat(amount, kSuffixes[suffix]);
  }
  return absl::StrCat(amount);
}

std::string ToString(const ResourceList& list) {
  if (list.empty()) return "nothing";
  return absl::StrJoin(
      list.entries(), ", ", [](std::string* out, const ResourceList::Entry& entry) {
        absl::StrAppend(out, AmountToString(entry.first, entry.second), " ", entry.first);
      });
}

}  // namespace muster
