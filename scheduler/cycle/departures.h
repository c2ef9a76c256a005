// SPDX-License-Identifier: Apache-2.0
// When gangs that run will be gone, by estimate, and what they leave behind then.
//
// Claims are looked through: by their own estimates the victims run on, and whom their room is for
// counts when it has started. So an eviction changes no date.
#pragma once

#include <map>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/draft.h"

namespace muster {

// Infinite where it is not known. One that is a little over its estimate may end any moment, and
// keeps its turn: else two of them would be taken to end together once both are, and a gang could
// start with nothing but time gone by. A gang that ended has pods that are still on their way out:
// long ago.
absl::Time EstimatedEnd(const Gang& gang, absl::Time now);

struct Departure {
  absl::Time at;
  GangId gang;
};

class Departures {
 public:
  Departures(const State& state, const Plan& plan, absl::Time now);

  // By time, then in order of arrival; those alone whose time is known.
  const std::vector<Departure>& all();
  // Takes out of the draft all that the gang has; its charges, too, or what it has on nodes alone.
  enum class What { kAll, kRoom };
  void Release(Draft& draft, GangId gang, What what);

 private:
  bool Before(const Departure& a, const Departure& b) const;
  // The plan has grown since.
  void Follow();

  const State& state_;
  const Plan& plan_;
  const absl::Time now_;
  std::vector<Departure> all_;
  bool gathered_ = false;
  size_t followed_ = 0;                             // steps of the plan
  std::map<GangId, std::vector<size_t>> steps_of_;  // by gang, indices
};

}  // namespace muster
