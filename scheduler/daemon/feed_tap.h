// SPDX-License-Identifier: Apache-2.0
// Between a world and the loop: counts how binds end and where a turn of the loop begins and ends,
// and adds the queue config where it comes from a file instead of the world. Adds nothing else and
// changes no event or order. The loop's thread.
#pragma once

#include <vector>

#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/daemon/metrics/phase_timer.h"
#include "scheduler/loop/ports.h"

namespace muster::daemon {

class FeedTap : public loop::Feed {
 public:
  // `file` may be null: the world tells the config. Drain must then be called at least as often as
  // a change of the file is to be noticed.
  FeedTap(loop::Feed* world, loop::Clock* clock, ConfigFile* file, Metrics* metrics,
          PhaseTimer* phases, Log* log)
      : world_(world), clock_(clock), file_(file), metrics_(metrics), phases_(phases), log_(log) {}

  bool Drain(std::vector<Event>* events, absl::Time until) override;

 private:
  static constexpr absl::Duration kPace = absl::Milliseconds(10);
  static constexpr absl::Duration kBetweenLooks = absl::Seconds(1);

  void KeepPace(absl::Time until);
  // Whether the file gave an event.
  bool LookAtFile(std::vector<Event>* events);

  loop::Feed* const world_;
  loop::Clock* const clock_;
  ConfigFile* const file_;
  Metrics* const metrics_;
  PhaseTimer* const phases_;
  Log* const log_;
  absl::Time looked_ = absl::InfinitePast();
  absl::Time heard_ = absl::InfinitePast();
};

}  // namespace muster::daemon
