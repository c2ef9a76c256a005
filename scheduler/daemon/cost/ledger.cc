// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/ledger.h"

#include <algorithm>
#include <set>

namespace muster::daemon {
namespace {

constexpr int64_t kHourNanos = int64_t{3600} * 1'000'000'000;

int64_t Nanos(absl::Time time) { return absl::ToUnixNanos(time); }
int64_t HourOf(int64_t nanos) {
  return nanos >= 0 ? nanos / kHourNanos : -((-nanos + kHourNanos - 1) / kHourNanos);
}

CostVector& Of(CostSums* sums, CostKind kind) { return (*sums)[static_cast<size_t>(kind)]; }

}  // namespace

Ledger::Id Ledger::Open(const Account& account) {
  const auto found = ids_.find(account);
  if (found != ids_.end()) return found->second;
  Account shared = account;
  shared.user = shared.app = std::string(kOthers);
  if (ids_.size() >= limits_.accounts && account != shared) return Open(shared);
  Id id = static_cast<Id>(rows_.size());
  if (unused_.empty()) {
    rows_.emplace_back();
  } else {
    id = unused_.back();
    unused_.pop_back();
  }
  rows_[id].account = account;
  rows_[id].in_use = true;
  ids_.emplace(account, id);
  return id;
}

CostSums& Ledger::Entry(Id id, int64_t hour) {
  if (hours_.empty() || hours_.back().number < hour) hours_.push_back({hour, {}});
  // Settling goes back over the hours that have passed meanwhile.
  auto at = std::lower_bound(hours_.begin(), hours_.end(), hour,
                             [](const Hour& h, int64_t number) { return h.number < number; });
  if (at == hours_.end() || at->number != hour) at = hours_.insert(at, {hour, {}});
  const auto [entry, fresh] = at->entries.try_emplace(id);
  if (fresh) {
    ++entries_;
    ++rows_[id].hours;
  }
  return entry->second;
}

void Ledger::Settle(Id id, int64_t now) {
  Row& row = rows_[id];
  if (now <= row.settled) return;
  const bool takes = !row.rates[0].zero() || !row.rates[1].zero();
  if (takes) {
    CostSums& total = totals_[row.account.queue];
    int64_t from = std::max(row.settled, now - kKept * kHourNanos);
    while (from < now) {
      const int64_t hour = HourOf(from);
      const int64_t until = std::min(now, (hour + 1) * kHourNanos);
      CostSums& entry = Entry(id, hour);
      for (size_t kind = 0; kind < row.rates.size(); ++kind) {
        entry[kind].Add(row.rates[kind], until - from);
        total[kind].Add(row.rates[kind], until - from);
      }
      from = until;
    }
  }
  row.settled = now;
}

void Ledger::Begin(absl::Time now) {
  if (begun_ < 0) begun_ = Nanos(now);
}

void Ledger::Change(Id id, CostKind kind, const Part& part, int64_t times, absl::Time now) {
  Begin(now);
  Settle(id, Nanos(now));
  Row& row = rows_[id];
  row.rates[static_cast<size_t>(kind)].Add(part, times);
  row.parts += times;
  totals_[row.account.queue];
  FreeIfUnused(id);
}

void Ledger::Lose(Id id, const Part& part, absl::Time from, absl::Time now) {
  const int64_t nanos = Nanos(now) - Nanos(from);
  if (nanos <= 0) return;
  Of(&Entry(id, HourOf(Nanos(now))), CostKind::kLost).Add(part, nanos);
  Of(&totals_[rows_[id].account.queue], CostKind::kLost).Add(part, nanos);
}

void Ledger::FreeIfUnused(Id id) {
  Row& row = rows_[id];
  if (!row.in_use || row.parts != 0 || row.hours != 0) return;
  ids_.erase(row.account);
  row = Row();
  unused_.push_back(id);
}

void Ledger::Drop(int64_t now) {
  while (!hours_.empty() && (hours_.front().number + kKept <= HourOf(now) ||
                             (entries_ > limits_.entries && hours_.size() > 1))) {
    const Hour hour = std::move(hours_.front());
    hours_.pop_front();
    entries_ -= hour.entries.size();
    for (const auto& [id, sums] : hour.entries) {
      --rows_[id].hours;
      FreeIfUnused(id);
    }
    begun_ = std::max(begun_, (hour.number + 1) * kHourNanos);
  }
}

void Ledger::SettleAll(absl::Time now) {
  for (Id id = 0; id < rows_.size(); ++id) {
    if (rows_[id].in_use) Settle(id, Nanos(now));
  }
  Drop(Nanos(now));
}

absl::Time Ledger::Covers(absl::Time since) const {
  const absl::Time begun = absl::FromUnixNanos(std::max(begun_, int64_t{0}));
  if (since <= begun) return begun;
  return std::max(begun, absl::FromUnixNanos(HourOf(Nanos(since)) * kHourNanos));
}

Ledger::Rows Ledger::Since(absl::Time since, absl::Time now) {
  SettleAll(now);
  Rows rows;
  const int64_t first = HourOf(Nanos(Covers(since)));
  for (const Hour& hour : hours_) {
    if (hour.number < first) continue;
    for (const auto& [id, sums] : hour.entries) {
      CostSums& row = rows[rows_[id].account];
      for (size_t kind = 0; kind < kCostKinds; ++kind) row[kind].Add(sums[kind], 1);
    }
  }
  return rows;
}

const Ledger::Totals& Ledger::AllTotals(absl::Time now) {
  SettleAll(now);
  return totals_;
}

const Ledger::Totals& Ledger::QueueTotals(absl::Time now, const std::set<std::string>& wanted) {
  SettleAll(now);
  std::set<std::string> kept = wanted;
  for (const Row& row : rows_) {
    if (row.in_use && row.parts != 0) kept.insert(row.account.queue);
  }
  std::erase_if(totals_, [&kept](const auto& total) { return !kept.contains(total.first); });
  return totals_;
}

}  // namespace muster::daemon
