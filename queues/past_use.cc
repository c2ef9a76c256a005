// SPDX-License-Identifier: Apache-2.0
#include "queues/past_use.h"

#include <algorithm>
#include <array>

#include "queues/share.h"

namespace muster {

namespace {

constexpr int kUnitBits = 20;  // of an average, below one unit
constexpr int kFactorBits = 40;
constexpr int kTimeBits = 40;  // of a half-life
constexpr int kRootBits = 62;
constexpr int kMostHalvings = 20;

constexpr uint64_t Root(Uint128 square) {
  uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t larger = root | (uint64_t{1} << bit);
    if (static_cast<Uint128>(larger) * larger <= square) root = larger;
  }
  return root;
}

// 2^-(1/2), 2^-(1/4), ...: each the root of the one before.
constexpr std::array<uint64_t, kTimeBits> Roots() {
  std::array<uint64_t, kTimeBits> roots = {};
  uint64_t last = uint64_t{1} << (kRootBits - 1);
  for (uint64_t& root : roots) {
    root = Root(static_cast<Uint128>(last) << kRootBits);
    last = root;
  }
  return roots;
}

constexpr std::array<uint64_t, kTimeBits> kRoots = Roots();

}  // namespace

int64_t AverageUse::Rounded(size_t column) const {
  if (column >= parts.size()) return 0;
  return static_cast<int64_t>((parts[column] + (Int128{1} << (kUnitBits - 1))) >> kUnitBits);
}

int64_t HalfLife::Left(absl::Duration passed) const {
  if (passed <= absl::ZeroDuration()) return int64_t{1} << kFactorBits;
  const auto nanoseconds = static_cast<Uint128>(absl::ToInt64Nanoseconds(passed));
  const auto half =
      static_cast<Uint128>(std::max<int64_t>(absl::ToInt64Nanoseconds(half_life_), 1));
  const Uint128 time = ((nanoseconds << kTimeBits) + half / 2) / half;
  const Uint128 halvings = time >> kTimeBits;
  if (halvings > kFactorBits) return 0;
  Uint128 left = Uint128{1} << kRootBits;
  for (int i = 0; i < kTimeBits; ++i) {
    const bool set = (time >> (kTimeBits - 1 - i)) & 1;
    if (set) left = (left * kRoots[static_cast<size_t>(i)]) >> kRootBits;
  }
  left >>= static_cast<int>(halvings);
  constexpr int kDropped = kRootBits - kFactorBits;
  return static_cast<int64_t>((left + (Uint128{1} << (kDropped - 1))) >> kDropped);
}

void HalfLife::Advance(const Amounts& used, const Amounts& held, absl::Time now,
                       AverageUse* average) const {
  if (now <= average->at) return;
  if (average->at == absl::InfinitePast()) {
    average->at = now;
    return;
  }
  const Int128 left = Left(now - average->at);
  average->at = now;
  const size_t columns = std::max({used.size(), held.size(), average->parts.size()});
  average->parts.resize(columns, 0);
  for (size_t i = 0; i < columns; ++i) {
    const Int128 use = static_cast<Int128>(SaturatingAdd(AmountAt(used, i), AmountAt(held, i)))
                       << kUnitBits;
    const Int128 apart = average->parts[i] - use;
    average->parts[i] = use + ((apart * left + (Int128{1} << (kFactorBits - 1))) >> kFactorBits);
  }
}

absl::Time HalfLife::SettledAfter(absl::Time since) const {
  return since + kMostHalvings * half_life_;
}

AverageUse FromMemory(const PastUse& record, ResourceTable* resources) {
  AverageUse average;
  average.at = record.at;
  for (int64_t amount : resources->ToAmounts(record.average)) {
    average.parts.push_back(static_cast<Int128>(std::max<int64_t>(amount, 0)) << kUnitBits);
  }
  return average;
}

PastUse ToRecord(const AverageUse& average, const ResourceTable& resources) {
  Amounts amounts;
  for (size_t i = 0; i < average.parts.size(); ++i) amounts.push_back(average.Rounded(i));
  PastUse record;
  record.at = average.at;
  record.average = resources.ToList(amounts);
  return record;
}

void UserPast::Advance(const HalfLife& half_life, const std::string& leaf, const std::string& user,
                       const Amounts& use, absl::Time now) {
  const auto [entry, fresh] = averages_.try_emplace(Key(leaf, user));
  half_life.Advance(use, {}, now, &entry->second);
  if (fresh && averages_.size() >= sweep_at_) Sweep(half_life, now);
}

AverageUse UserPast::At(const HalfLife& half_life, const std::string& leaf, const std::string& user,
                        const Amounts& use, absl::Time now) const {
  const auto found = averages_.find(Key(leaf, user));
  if (found == averages_.end()) return {};
  AverageUse average = found->second;
  half_life.Advance(use, {}, now, &average);
  return average;
}

void UserPast::Begin(absl::Time now) {
  for (auto& [key, average] : averages_) {
    if (average.at == absl::InfinitePast() || average.at > now) average.at = now;
  }
}

void UserPast::Sweep(const HalfLife& half_life, absl::Time now) {
  std::erase_if(averages_,
                [&](const auto& entry) { return half_life.SettledAfter(entry.second.at) < now; });
  sweep_at_ = std::max<size_t>(64, 2 * averages_.size());
}

}  // namespace muster
