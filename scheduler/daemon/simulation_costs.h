// SPDX-License-Identifier: Apache-2.0
// What the queues of a simulated run took, held idle and lost, at the prices of its queue config:
// counted by the daemon's own meter and ledger (cost/), over all lives of the scheduler. What ran
// when one ended counts as running until the next one hears something.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/daemon/cost/meter.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

// Of one resource of a queue: resource-seconds in base units, and money.
struct SimulatedCost {
  std::string queue;
  std::string resource;
  // By CostKind: requested (what was lost is part of it), held idle, lost.
  std::array<double, kCostKinds> seconds{};
  std::array<double, kCostKinds> money{};
};

struct SimulatedCosts {
  std::string currency;  // empty: no prices
  std::vector<SimulatedCost> rows;
};

class SimulationCosts : public loop::Observer {
 public:
  // `next` may be null; it is shown everything, too.
  explicit SimulationCosts(loop::Observer* next) : next_(next) {}

  void OnStart(const State& state) override;
  void OnEvent(const Event& event, absl::Time now) override;
  void OnExpire(absl::Time now) override;
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  void OnStepEnd(const State& state, absl::Time now) override;

  // At the end of the run.
  SimulatedCosts Finish(absl::Time end);

 private:
  // Adds up what the life before has counted until then.
  void EndLife(absl::Time now);
  void Add(const std::string& queue, const CostSums& sums);

  loop::Observer* const next_;
  std::unique_ptr<CostMeter> meter_;
  std::unique_ptr<CostMeter> ended_;    // of the life before, until EndLife
  std::vector<std::string> resources_;  // by column, of the meter that has counted
  std::string currency_;
  std::map<std::pair<std::string, std::string>, SimulatedCost> costs_;  // by queue and resource
};

// Rows of a report: a name, and a cell for each run.
using CostLines = std::vector<std::pair<std::string, std::vector<std::string>>>;
CostLines CostLinesOf(const std::vector<SimulatedCosts>& runs);

}  // namespace muster::daemon
