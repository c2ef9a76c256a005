// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/timeline.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace muster::sim {

bool Timeline::Later(const Entry& a, const Entry& b) {
  return std::tie(a.when, a.order) > std::tie(b.when, b.order);
}

Timeline::Ticket Timeline::At(absl::Time when, std::function<void()> what, Kind kind) {
  if (kind == kWork) ++work_left_;
  heap_.push_back({std::max(when, now_), next_order_, kind, std::move(what)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  return next_order_++;
}

void Timeline::Cancel(Ticket ticket) {
  if (canceled_.insert(ticket).second) --work_left_;
}

absl::Time Timeline::NextTime() const {
  return heap_.empty() ? absl::InfiniteFuture() : heap_.front().when;
}

void Timeline::AdvanceTo(absl::Time when) {
  while (!heap_.empty() && heap_.front().when <= when) {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    now_ = entry.when;
    if (canceled_.erase(entry.order) > 0) continue;
    entry.what();
    if (entry.kind == kWork) --work_left_;
  }
  now_ = std::max(now_, when);
}

}  // namespace muster::sim
