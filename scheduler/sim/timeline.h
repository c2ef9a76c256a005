// SPDX-License-Identifier: Apache-2.0
// Virtual time: what happens next, and when. Things due at the same moment happen in the order in
// which they were asked for.
//
// Work is what changes the cluster by itself (a pod starts, a job ends, a fault strikes); noise is
// everything that only follows or looks (a watch event travels, a sample is taken). When no work is
// left, a simulation may end.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "absl/time/time.h"

namespace muster::sim {

// Any whole second would do but the zero of time, which counts as "no time" in places.
inline constexpr absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);  // 2026-01-01

class Timeline {
 public:
  enum Kind { kWork, kNoise };

  absl::Time now() const { return now_; }
  // Since the start.
  absl::Duration elapsed() const { return now_ - kStart; }
  // Names one thing that was put on the timeline.
  using Ticket = uint64_t;
  static constexpr Ticket kNoTicket = 0;

  // A moment in the past means now.
  Ticket At(absl::Time when, std::function<void()> what, Kind kind = kWork);
  Ticket After(absl::Duration delay, std::function<void()> what, Kind kind = kWork) {
    return At(now_ + delay, std::move(what), kind);
  }
  // Work that shall not happen after all, and has not yet.
  void Cancel(Ticket ticket);

  // InfiniteFuture when nothing is left.
  absl::Time NextTime() const;
  // Everything due until `when`; then it is that late.
  void AdvanceTo(absl::Time when);
  int64_t work_left() const { return work_left_; }

 private:
  // What is to happen stays where it is; the heap sorts who is next.
  struct Entry {
    absl::Time when;
    uint64_t order = 0;
    uint32_t slot = 0;
  };
  struct Slot {
    std::function<void()> what;  // empty: canceled
    Kind kind = kWork;
    uint32_t uses = 0;  // distinguishes the tickets of a slot
  };
  static bool Later(const Entry& a, const Entry& b);

  absl::Time now_ = kStart;
  uint64_t next_order_ = 0;
  int64_t work_left_ = 0;
  std::vector<Entry> heap_;
  std::deque<Slot> slots_;
  std::vector<uint32_t> unused_;
};

}  // namespace muster::sim
