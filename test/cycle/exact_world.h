// SPDX-License-Identifier: Apache-2.0
// A cluster in which gangs run exactly as long as they were meant to, and everything else takes no
// time: what estimates promise can be held against what happens.
#pragma once

#include <functional>
#include <map>
#include <optional>
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
  // A Spark job: the driver comes now + `after`, its first executors (forecast.start) and `more`
  // come one a second once it is bound; with the driver bound it runs for `run`.
  void SubmitSpark(absl::Duration after, const Pod& driver, const Forecast& forecast, int more,
                   absl::Duration run);
  // Until nothing happens any more, or `most` has passed. Each plan is shown before it is done; a
  // settled one plans nothing on its own result, nor does another until something is said to have
  // changed. Whoever is evicted is gone at once, for good.
  void Run(absl::Duration most, const std::function<void(const Plan&)>& seen);

  struct Job {
    std::vector<Pod> pods;
    absl::Duration run;
    std::optional<Forecast> forecast;
    int executors = 0;  // that are to come
    absl::Time created, started = absl::InfiniteFuture(), ends = absl::InfiniteFuture();
  };
  std::map<std::string, Job> jobs;  // by gang name

 private:
  void Decide(const std::function<void(const Plan&)>& seen);
  void Do(const Plan& plan);
  void Bind(const Placement& placement, Job* job);
  void Begin(const std::string& name);
  void Evict(const Victim& victim);
  void CreateExecutor(const std::string& name, int index);

  std::multimap<absl::Time, std::function<void()>> agenda_;
};

}  // namespace muster::test
