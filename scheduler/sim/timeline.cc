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
  if (unused_.empty()) {
    unused_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t at = unused_.back();
  unused_.pop_back();
  Slot& slot = slots_[at];
  slot.what = std::move(what);
  slot.kind = kind;
  ++slot.uses;
  heap_.push_back({std::max(when, now_), next_order_++, at});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  return Ticket{slot.uses} << 32 | at;
}

void Timeline::Cancel(Ticket ticket) {
  Slot& slot = slots_[ticket & 0xffffffff];
  if (slot.uses != ticket >> 32 || !slot.what) return;
  slot.what = nullptr;
  if (slot.kind == kWork) --work_left_;
}

absl::Time Timeline::NextTime() const {
  return heap_.empty() ? absl::InfiniteFuture() : heap_.front().when;
}

void Timeline::AdvanceTo(absl::Time when) {
  while (!heap_.empty() && heap_.front().when <= when) {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    const Entry entry = heap_.back();
    heap_.pop_back();
    now_ = entry.when;
    Slot& slot = slots_[entry.slot];
    const std::function<void()> what = std::exchange(slot.what, nullptr);
    const Kind kind = slot.kind;
    ++slot.uses;  // its ticket is void
    unused_.push_back(entry.slot);
    if (!what) continue;
    what();
    if (kind == kWork) --work_left_;
  }
  now_ = std::max(now_, when);
}

}  // namespace muster::sim
