// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/queue_costs.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace muster::daemon {

void QueueCosts::Look(const State& state, Ledger* ledger, absl::Time now) {
  if (now < next_) return;
  next_ = now + kBetweenCopies;
  std::set<std::string> paths;
  for (const Queue& queue : state.tree().queues()) {
    if (queue.leaf()) paths.insert(queue.path);
  }
  auto copy = std::make_shared<Copy>();
  for (const auto& [path, sums] : ledger->QueueTotals(now, paths)) {
    for (size_t kind = 0; kind < kCostKinds; ++kind) {
      Series series;
      series.labels = absl::StrCat(LabelText("queue", path), ",",
                                   LabelText("kind", Name(static_cast<CostKind>(kind))));
      for (uint32_t column = 0; column < state.resources().size(); ++column) {
        // A pod may name any resource; only those that some node has make series.
        if (column == kPodsColumn || AmountAt(state.nodes().total(), column) == 0) continue;
        series.seconds.emplace_back(LabelText("resource", state.resources().Name(column)),
                                    InSeconds(column, sums[kind].amount(column)));
      }
      for (size_t column = 0; column < sums[kind].columns(); ++column) {
        series.money += InCurrency(sums[kind].money(column));
      }
      copy->push_back(std::move(series));
    }
  }
  std::shared_ptr<const Copy> old = std::move(copy);
  const std::lock_guard<std::mutex> lock(mutex_);
  copy_.swap(old);
}

void QueueCosts::Write(Exposition* out) const {
  std::shared_ptr<const Copy> copy;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    copy = copy_;
  }
  if (copy->empty()) return;
  out->Family("muster_queue_resource_seconds_total",
              "Core-seconds, byte-seconds and piece-seconds of the queue: requested by pods on "
              "nodes; idle, held for members that do not exist; lost by evictions, of what was "
              "requested.",
              "counter");
  for (const Series& series : *copy) {
    for (const auto& [resource, seconds] : series.seconds) {
      out->Sample(series.labels, seconds, resource);
    }
  }
  out->Family("muster_queue_cost_total",
              "What that cost, at the prices of the config, in its currency; 0 without prices.",
              "counter");
  for (const Series& series : *copy) out->Sample(series.labels, series.money);
}

}  // namespace muster::daemon
