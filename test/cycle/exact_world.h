// SPDX-License-Identifier: Apache-2.0
// A cluster in which gangs run exactly as long as they were meant to, and everything else takes no
// time: what estimates promise can be held against what happens.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "policies/profile.h"
#include "scheduler/cycle/cycle.h"
#include "test/state/witness.h"

namespace muster::test {

class ExactWorld {
 public:
  Witness w;
  Profile profile = MakeProfile("bin-pack");

  // The gang's pods come now + `after`; with all of them bound it runs for `run`.
  void Submit(absl::Duration after, std::vector<Pod> pods, absl::Duration run);
  // Until nothing happens any more, or `most` has passed. Each plan is shown before it is done; a
  // settled one plans nothing on its own result. Whoever is evicted is gone at once, for good.
  void Run(absl::Duration most, const std::function<void(const Plan&)>& seen);

  struct Job {
    std::vector<Pod> pods;
    absl::Duration run;
    absl::Time created, started = absl::InfiniteFuture(), ends = absl::InfiniteFuture();
  };
  std::map<std::string, Job> jobs;  // by gang name

 private:
  void Decide(const std::function<void(const Plan&)>& seen);
  void Do(const Plan& plan);

  std::multimap<absl::Time, std::function<void()>> agenda_;
};

}  // namespace muster::test
