// SPDX-License-Identifier: Apache-2.0
// How long gangs of one app ran in a queue, from which the run time of the next one is estimated:
// the 90th percentile (nearest rank) of the last kKept runs that succeeded. In whole seconds,
// rounded up. Bounded in all directions, since it is written into one small object: of a queue that
// knows too many apps, and of all, the one that ran longest ago is forgotten.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/model/memory.h"

namespace muster {

class PastRuns {
 public:
  static constexpr size_t kKept = 32;
  static constexpr size_t kAppsPerQueue = 64;
  static constexpr size_t kApps = 1024;

  // A run of less than nothing (a clock that was set back) is left out.
  void Add(const std::string& queue, const std::string& app, absl::Duration ran);
  // Infinite where nothing is known.
  absl::Duration Estimate(const std::string& queue, const std::string& app) const;

  // By queue, then app; the newest run last.
  std::vector<RunTimes> ToMemory() const;
  // Replaces what is known. Which of them ran longest ago is not remembered: of these it is the
  // first by name.
  void Recall(const std::vector<RunTimes>& memory);

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(runs_, turn_);
  }

 private:
  using Key = std::pair<std::string, std::string>;  // queue, app
  struct Runs {
    std::vector<int64_t> seconds;  // the newest last
    uint64_t latest = 0;           // turn_ of it
  };
  // Estimates are asked for in every decision: names are compared, not copied.
  struct Before {
    using is_transparent = void;
    using Names = std::pair<absl::string_view, absl::string_view>;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Names(a.first, a.second) < Names(b.first, b.second);
    }
  };
  using Map = absl::btree_map<Key, Runs, Before>;
  Map::iterator OldestOf(Map::iterator first, Map::iterator last);
  void MakeRoom(const std::string& queue);

  Map runs_;
  uint64_t turn_ = 0;
};

}  // namespace muster
