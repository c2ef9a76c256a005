// SPDX-License-Identifier: Apache-2.0
// What queues took and what it cost, as counters: a copy of the ledger's totals, made by the loop's
// thread now and then, and turned into text on the scraper's. Leaves only; queues that took nothing
// have no series.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scheduler/daemon/cost/ledger.h"
#include "scheduler/daemon/metrics/exposition.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class QueueCosts {
 public:
  // Copies, unless the last copy is quite new.
  void Look(const State& state, Ledger* ledger, absl::Time now);
  void Write(Exposition* out) const;

 private:
  static constexpr absl::Duration kBetweenCopies = absl::Seconds(5);

  struct Series {
    std::string labels;                                   // queue and kind
    std::vector<std::pair<std::string, double>> seconds;  // by resource's label, in base units
    double money = 0;
  };
  using Copy = std::vector<Series>;

  absl::Time next_ = absl::InfinitePast();
  mutable std::mutex mutex_;
  std::shared_ptr<const Copy> copy_ = std::make_shared<Copy>();  // the pointer: guarded by mutex_
};

}  // namespace muster::daemon
