// SPDX-License-Identifier: Apache-2.0
// Past use, forgotten by halves: an average over all that was used before, in which what was used a
// half-life ago counts half as much as what is used now. While use stays the same it is
//
//   average(now) = use + (average(then) - use) x 2^-((now - then) / half life)
//
// exactly, so that nothing is done as time passes: an average is worked out when use changes, or
// when somebody asks. An average is an amount (milli-CPU, bytes), like use itself: a queue that has
// used 10 cpu for long has an average of 10 cpu.
//
// Integers only. The factor is exact to 2^-40, times are taken in 2^-40 of the half-life, and
// averages keep 20 bits below one unit: worked out a thousand times a second for an hour, an
// average is wrong by less than a hundred-thousandth and one unit (the test compares with real
// numbers).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/memory.h"

namespace muster {

// The compiler's own, as in share.h.
__extension__ typedef __int128 Int128;

struct AverageUse {
  absl::InlinedVector<Int128, 4> parts;  // by column, in 2^-20 of a unit
  absl::Time at = absl::InfinitePast();  // worked out so far; use is the same since then

  int64_t Rounded(size_t column) const;
};

class HalfLife {
 public:
  HalfLife() = default;  // off: nothing is kept and nothing counts
  explicit HalfLife(absl::Duration half_life) : half_life_(half_life) {}

  bool on() const { return half_life_ > absl::ZeroDuration(); }

  // What is left of 2^40 after that time.
  int64_t Left(absl::Duration passed) const;
  // Works out the average at `now`, of a queue or user that since `average->at` has used and held
  // these. Nothing where `now` is not later; one that never was begins at `now` with nothing.
  void Advance(const Amounts& used, const Amounts& held, absl::Time now, AverageUse* average) const;
  // When an average has come within a millionth of use that stays the same from `since` on; of what
  // was used before, as much is left.
  absl::Time SettledAfter(absl::Time since) const;

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(half_life_);
  }

 private:
  absl::Duration half_life_;
};

AverageUse FromMemory(const PastUse& record, ResourceTable* resources);
// `queue` and `user` are left to the caller.
PastUse ToRecord(const AverageUse& average, const ResourceTable& resources);

// Averages of users, each in a leaf. Named by paths: they outlive a queue config.
class UserPast {
 public:
  // Before the user's use in the leaf changes from `use`.
  void Advance(const HalfLife& half_life, const std::string& leaf, const std::string& user,
               const Amounts& use, absl::Time now);
  // At `now`; nothing where there is none.
  AverageUse At(const HalfLife& half_life, const std::string& leaf, const std::string& user,
                const Amounts& use, absl::Time now) const;

  using Key = std::pair<std::string, std::string>;  // leaf, user
  // From `now` on averages are worked out: one from a clock that was ahead waits for nothing.
  void Begin(absl::Time now);
  void Recall(Key key, AverageUse average) { averages_[std::move(key)] = std::move(average); }
  const std::map<Key, AverageUse>& averages() const { return averages_; }
  void Clear() { averages_.clear(); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(averages_, sweep_at_);
  }

 private:
  void Sweep(const HalfLife& half_life, absl::Time now);

  std::map<Key, AverageUse> averages_;
  size_t sweep_at_ = 64;  // users come and go: swept whenever there are twice as many
};

}  // namespace muster
