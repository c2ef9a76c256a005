// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/decision_ring.h"

#include <algorithm>

namespace muster::daemon {

DecisionRing::Entry DecisionRing::Add(Decided decided) {
  Entry entry;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    decided.number = ++last_;
    entry = std::make_shared<const Decided>(std::move(decided));
    entries_.push_back(entry);
    if (entries_.size() > capacity_) entries_.pop_front();
  }
  added_.notify_all();
  return entry;
}

std::vector<DecisionRing::Entry> DecisionRing::Newest(size_t most, const Sight& sight) const {
  std::vector<Entry> found;
  for (auto it = entries_.rbegin(); it != entries_.rend() && found.size() < most; ++it) {
    if (sight.Sees((*it)->ns)) found.push_back(*it);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<DecisionRing::Entry> DecisionRing::Following(int64_t after, size_t most,
                                                         const Sight& sight, int64_t* until) const {
  std::vector<Entry> found;
  const int64_t first = last_ - static_cast<int64_t>(entries_.size()) + 1;
  *until = std::max(after, first - 1);
  for (int64_t number = *until + 1; number <= last_ && found.size() < most; ++number) {
    const Entry& entry = entries_[static_cast<size_t>(number - first)];
    if (sight.Sees(entry->ns)) found.push_back(entry);
    *until = number;
  }
  return found;
}

std::vector<DecisionRing::Entry> DecisionRing::After(int64_t after, size_t most, const Sight& sight,
                                                     absl::Duration patience, int64_t* until) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::vector<Entry> found;
  if (after < 0) {
    found = Newest(most, sight);
    *until = last_;
  } else {
    found = Following(after, most, sight, until);
  }
  const auto deadline =
      std::chrono::steady_clock::now() +
      absl::ToChronoNanoseconds(std::clamp(patience, absl::ZeroDuration(), absl::Hours(1)));
  while (found.empty() && !closed_) {
    const int64_t seen = last_;
    if (!added_.wait_until(lock, deadline, [&] { return closed_ || last_ > seen; })) break;
    found = Following(*until, most, sight, until);
  }
  return found;
}

void DecisionRing::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  added_.notify_all();
}

}  // namespace muster::daemon
