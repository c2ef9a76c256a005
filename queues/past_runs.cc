// SPDX-License-Identifier: Apache-2.0
#include "queues/past_runs.h"

#include <algorithm>

namespace muster {

PastRuns::Map::iterator PastRuns::OldestOf(Map::iterator first, Map::iterator last) {
  return std::min_element(
      first, last, [](const auto& a, const auto& b) { return a.second.latest < b.second.latest; });
}

// For one more app of the queue.
void PastRuns::MakeRoom(const std::string& queue) {
  const auto first = runs_.lower_bound({queue, ""});
  auto last = first;
  size_t count = 0;
  for (; last != runs_.end() && last->first.first == queue; ++last) ++count;
  if (count >= kAppsPerQueue) {
    runs_.erase(OldestOf(first, last));
  } else if (runs_.size() >= kApps) {
    runs_.erase(OldestOf(runs_.begin(), runs_.end()));
  }
}

void PastRuns::Add(const std::string& queue, const std::string& app, absl::Duration ran) {
  if (ran < absl::ZeroDuration() || ran == absl::InfiniteDuration()) return;
  const Key key{queue, app};
  if (!runs_.contains(key)) MakeRoom(queue);
  Runs& runs = runs_[key];
  runs.latest = ++turn_;
  runs.seconds.push_back(absl::ToInt64Seconds(absl::Ceil(ran, absl::Seconds(1))));
  if (runs.seconds.size() > kKept) runs.seconds.erase(runs.seconds.begin());
}

absl::Duration PastRuns::Estimate(const std::string& queue, const std::string& app) const {
  const auto found = runs_.find(Before::Names(queue, app));
  if (found == runs_.end()) return absl::InfiniteDuration();
  std::vector<int64_t> seconds = found->second.seconds;
  const size_t rank = (seconds.size() * 9 + 9) / 10;  // from 1
  const auto at = seconds.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(seconds.begin(), at, seconds.end());
  return absl::Seconds(*at);
}

std::vector<RunTimes> PastRuns::ToMemory() const {
  std::vector<RunTimes> memory;
  for (const auto& [key, runs] : runs_) memory.push_back({key.first, key.second, runs.seconds});
  return memory;
}

void PastRuns::Recall(const std::vector<RunTimes>& memory) {
  runs_.clear();
  for (const RunTimes& known : memory) {
    for (int64_t seconds : known.seconds) Add(known.queue, known.app, absl::Seconds(seconds));
  }
}

}  // namespace muster
