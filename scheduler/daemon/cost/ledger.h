// SPDX-License-Identifier: Apache-2.0
// Who used how much, by the hour. An account is what rows can be asked by; what it takes at a time
// is its rate, and the ledger integrates it over time exactly: it is told of each change of a rate
// at the time of the change, and of nothing else.
//
// Bounded: hours older than kKept, and more entries (an account in an hour) than `entries`, are
// dropped, the oldest first; more accounts than `accounts` share those of kOthers. Totals by queue
// are never dropped while the queue is wanted: they are counters.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/daemon/cost/sums.h"

namespace muster::daemon {

struct Account {
  std::string queue;  // path, or kNoQueue
  std::string ns;
  std::string user;
  std::string app;        // empty: none
  std::string node_type;  // "m5.4xlarge/spot"
  friend auto operator<=>(const Account&, const Account&) = default;
};

// The app and user of accounts beyond the limit.
inline constexpr absl::string_view kOthers = "(others)";

class Ledger {
 public:
  struct Limits {
    size_t accounts = 20'000;
    size_t entries = 100'000;
  };
  static constexpr absl::Duration kHour = absl::Hours(1);
  static constexpr int kKept = 8 * 24;  // hours

  explicit Ledger(Limits limits) : limits_(limits) {}
  Ledger() : Ledger(Limits()) {}

  // From now on nothing is missed; a second call changes nothing.
  void Begin(absl::Time now);

  using Id = uint32_t;
  // Valid at once for a Change; from then on until as many parts were taken away as were added.
  Id Open(const Account& account);
  // The account takes so many such parts more (or fewer) from `now` on; kRequested or kIdle. `now`
  // never decreases, over all calls of this class.
  void Change(Id id, CostKind kind, const Part& part, int64_t times, absl::Time now);
  // What a part took from then until now was for nothing.
  void Lose(Id id, const Part& part, absl::Time from, absl::Time now);

  // The sums of each account until `now`, from `since` rounded down to an hour, or from the first
  // hour that is kept: from what Covers says.
  using Rows = std::map<Account, CostSums>;
  Rows Since(absl::Time since, absl::Time now);
  absl::Time Covers(absl::Time since) const;

  using Totals = std::map<std::string, CostSums>;
  // By queue, from the beginning; of queues that take nothing and are not in `wanted` they are
  // dropped.
  const Totals& QueueTotals(absl::Time now, const std::set<std::string>& wanted);

  // The same of all queues there ever were.
  const Totals& AllTotals(absl::Time now);

  size_t accounts() const { return ids_.size(); }
  size_t entries() const { return entries_; }

 private:
  struct Row {
    Account account;
    std::array<CostVector, 2> rates;  // kRequested, kIdle
    int64_t parts = 0;                // that make up the rates
    size_t hours = 0;                 // that have an entry
    int64_t settled = 0;              // ns since the epoch
    bool in_use = false;
  };
  struct Hour {
    int64_t number = 0;  // since the epoch
    std::map<Id, CostSums> entries;
  };

  CostSums& Entry(Id id, int64_t hour);
  void Settle(Id id, int64_t now);
  void SettleAll(absl::Time now);
  void Drop(int64_t now);
  void FreeIfUnused(Id id);

  const Limits limits_;
  std::vector<Row> rows_;
  std::vector<Id> unused_;
  std::map<Account, Id> ids_;
  std::deque<Hour> hours_;
  size_t entries_ = 0;
  int64_t begun_ = -1;  // ns since the epoch
  Totals totals_;
};

}  // namespace muster::daemon
