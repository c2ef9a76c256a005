// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulation_costs.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace muster::daemon {
namespace {

constexpr auto kIdle = static_cast<size_t>(CostKind::kIdle);
constexpr auto kLost = static_cast<size_t>(CostKind::kLost);
constexpr auto kRequested = static_cast<size_t>(CostKind::kRequested);

// "840.5 (12.0 idle, 3.0 lost)".
std::string Cell(const std::array<double, kCostKinds>& sums, double unit, int places,
                 absl::string_view what) {
  const auto number = [&](double value) { return absl::StrFormat("%.*f", places, value / unit); };
  return absl::StrCat(number(sums[kRequested]), what, " (", number(sums[kIdle]), " idle, ",
                      number(sums[kLost]), " lost)");
}

// All money that the queue's resources cost, used or held; what of it was held idle and lost.
std::array<double, kCostKinds> MoneyOf(const SimulatedCosts& run, const std::string& queue) {
  std::array<double, kCostKinds> money{};
  for (const SimulatedCost& row : run.rows) {
    if (row.queue != queue) continue;
    money[kRequested] += row.money[kRequested] + row.money[kIdle];
    money[kIdle] += row.money[kIdle];
    money[kLost] += row.money[kLost];
  }
  return money;
}

}  // namespace

void SimulationCosts::OnStart(const State& state) {
  ended_ = std::move(meter_);
  meter_ = std::make_unique<CostMeter>();
  if (next_ != nullptr) next_->OnStart(state);
}

void SimulationCosts::OnEvent(const Event& event, absl::Time now) {
  if (next_ != nullptr) next_->OnEvent(event, now);
  EndLife(now);
  meter_->OnEvent(event, now);
}

void SimulationCosts::OnExpire(absl::Time now) {
  if (next_ != nullptr) next_->OnExpire(now);
}

void SimulationCosts::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  if (next_ != nullptr) next_->OnCycle(state, plan, now);
}

void SimulationCosts::OnStepEnd(const State& state, absl::Time now) {
  if (next_ != nullptr) next_->OnStepEnd(state, now);
  EndLife(now);
  meter_->OnStepEnd(state, now);
  while (resources_.size() < state.resources().size()) {
    resources_.emplace_back(state.resources().Name(static_cast<uint32_t>(resources_.size())));
  }
  const Prices& prices = state.config().prices;
  if (!prices.empty()) currency_ = prices.currency;
}

void SimulationCosts::EndLife(absl::Time now) {
  if (ended_ == nullptr) return;
  for (const auto& [queue, sums] : ended_->ledger().AllTotals(now)) Add(queue, sums);
  ended_.reset();
  resources_.clear();
}

void SimulationCosts::Add(const std::string& queue, const CostSums& sums) {
  for (uint32_t column = 0; column < resources_.size(); ++column) {
    const auto taken = [column](const CostVector& sum) { return sum.amount(column) != 0; };
    if (std::none_of(sums.begin(), sums.end(), taken)) continue;
    SimulatedCost& cost = costs_[{queue, resources_[column]}];
    cost.queue = queue;
    cost.resource = resources_[column];
    for (size_t kind = 0; kind < kCostKinds; ++kind) {
      cost.seconds[kind] += InSeconds(column, sums[kind].amount(column));
      cost.money[kind] += InCurrency(sums[kind].money(column));
    }
  }
}

SimulatedCosts SimulationCosts::Finish(absl::Time end) {
  EndLife(end);
  ended_ = std::move(meter_);
  EndLife(end);
  SimulatedCosts costs;
  costs.currency = currency_;
  for (const auto& [key, cost] : costs_) costs.rows.push_back(cost);
  return costs;
}

CostLines CostLinesOf(const std::vector<SimulatedCosts>& runs) {
  std::set<std::string> queues;
  bool priced = false;
  for (const SimulatedCosts& run : runs) {
    priced = priced || !run.currency.empty();
    for (const SimulatedCost& row : run.rows) queues.insert(row.queue);
  }
  CostLines lines;
  for (const std::string& queue : queues) {
    std::vector<std::string> cells;
    for (const SimulatedCosts& run : runs) {
      std::string cell = "-";
      for (const SimulatedCost& row : run.rows) {
        if (row.queue == queue && row.resource == kCpu) cell = Cell(row.seconds, 3600, 1, "");
      }
      cells.push_back(std::move(cell));
    }
    lines.emplace_back(absl::StrCat("core-hours of ", queue), std::move(cells));
  }
  for (const std::string& queue : queues) {
    if (!priced) break;
    std::vector<std::string> cells;
    for (const SimulatedCosts& run : runs) {
      cells.push_back(Cell(MoneyOf(run, queue), 1, 2, absl::StrCat(" ", run.currency)));
    }
    lines.emplace_back(absl::StrCat("cost of ", queue), std::move(cells));
  }
  return lines;
}

}  // namespace muster::daemon
