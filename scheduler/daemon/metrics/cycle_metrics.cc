// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/cycle_metrics.h"

#include <algorithm>

namespace muster::daemon {
namespace {

constexpr double kMilli = 1e-3;

double InBaseUnit(uint32_t column, int64_t amount) {
  return static_cast<double>(amount) * (column == kCpuColumn ? kMilli : 1);
}

// A pod may name any resource; only those that some node has make series.
Quantities Present(const State& state, const Amounts& amounts) {
  Quantities quantities;
  for (uint32_t column = 0; column < state.resources().size(); ++column) {
    if (AmountAt(state.nodes().total(), column) == 0) continue;
    quantities.emplace_back(std::string(state.resources().Name(column)),
                            InBaseUnit(column, AmountAt(amounts, column)));
  }
  return quantities;
}

// Those that the config names.
Quantities Named(const State& state, const Amounts& amounts, int64_t missing) {
  Quantities quantities;
  for (uint32_t column = 0; column < amounts.size(); ++column) {
    if (amounts[column] == missing) continue;
    quantities.emplace_back(std::string(state.resources().Name(column)),
                            InBaseUnit(column, amounts[column]));
  }
  return quantities;
}

bool Waits(GangState state) {
  return state == GangState::kWaiting || state == GangState::kStarting;
}

int64_t HalfBound(const State& state) {
  return std::count_if(state.attention().begin(), state.attention().end(),
                       [&](GangId id) { return state.gang(id).state == GangState::kStarting; });
}

int64_t Claims(const State& state) {
  return std::count_if(state.attention().begin(), state.attention().end(),
                       [&](GangId id) { return !state.gang(id).claim.empty(); });
}

// By queue, of all below it; empty where nothing is claimed.
std::vector<Amounts> Claimed(const State& state) {
  std::vector<Amounts> claimed;
  for (const GangId id : state.claimed()) {
    const Gang& gang = state.gang(id);
    claimed.resize(state.tree().size());
    for (QueueId queue = gang.queue; queue.valid(); queue = state.tree().at(queue).parent) {
      for (const ClaimSlot& slot : gang.claim) {
        AddScaled(&claimed[queue.value], state.roles().at(slot.role).each, slot.count);
      }
    }
  }
  return claimed;
}

Amounts Less(Amounts from, const Amounts& what) {
  AddScaled(&from, what, -1);
  return from;
}

}  // namespace

CycleMetrics::Line& CycleMetrics::LineOf(const State& state, QueueId queue) {
  if (!queue.valid()) return nobodys_;
  if (lines_.size() < state.tree().size()) lines_.resize(state.tree().size());
  return lines_[queue.value];
}

void CycleMetrics::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  Count(state, plan);
  CountDecisions(plan);
  for (const Step& step : plan.steps) {
    const Gang& gang = state.gang(step.gang);
    if (step.kind != StepKind::kStart || !gang.queue.valid()) continue;
    metrics_->GangStarted(state.tree().at(gang.queue).path, now - gang.created);
  }
  for (const Claim& claim : plan.claims) {
    for (const Victim& victim : claim.victims) {
      const QueueId queue = state.gang(victim.gang).queue;
      if (queue.valid()) metrics_->GangEvicted(state.tree().at(queue).path, Name(victim.cause));
    }
  }
  copied_ = false;
  Flush(state, now);
}

void CycleMetrics::CountDecisions(const Plan& plan) {
  std::array<int64_t, kStepKinds> steps = {};
  for (const Step& step : plan.steps) ++steps[static_cast<size_t>(step.kind)];
  for (size_t i = 0; i < kStepKinds; ++i)
    metrics_->Decided(Name(static_cast<StepKind>(i)), steps[i]);
  metrics_->Decided("release", static_cast<int64_t>(plan.releases.size()));
  metrics_->Decided("claim", static_cast<int64_t>(plan.claims.size()));
}

// Looks at those that have changed.
void CycleMetrics::Overtake(const State& state) {
  seen_.resize(std::max(seen_.size(), state.gangs().size()));
  const auto look = [&](GangId id) {
    const Gang& gang = state.gang(id);
    seen_[id.value] = {gang.queue, gang.state, gang.created};
  };
  const bool whole =
      changes_.Overtake(state.changes(), [&](const Change& change) { look(change.gang); });
  if (whole) return;
  for (uint32_t i = 0; i < state.gangs().size(); ++i) look(GangId{i});
}

void CycleMetrics::Count(const State& state, const Plan& plan) {
  Overtake(state);
  lines_.assign(state.tree().size(), Line());
  nobodys_ = Line();
  for (const Verdict& verdict : plan.verdicts) {
    const Seen& gang = seen_[verdict.gang.value];
    if (!Waits(gang.state) && verdict.reason->code != ReasonCode::kRepairing) continue;
    Line& line = LineOf(state, gang.queue);
    ++line.waiting[static_cast<size_t>(verdict.reason->code)];
    if (gang.state == GangState::kWaiting) line.oldest = std::min(line.oldest, gang.created);
  }
}

void CycleMetrics::Flush(const State& state, absl::Time now) {
  if (copied_ || (now - copied_at_ < kBetweenCopies && now >= copied_at_)) return;
  copied_ = true;
  copied_at_ = now;
  Copy(state);
}

void CycleMetrics::Copy(const State& state) {
  QueueRows rows;
  rows.reserve(state.tree().size() + 1);
  const std::vector<Amounts> claimed = Claimed(state);
  for (const Queue& queue : state.tree().queues()) {
    if (!queue.parent.valid()) continue;
    const Line& line = LineOf(state, queue.id);
    QueueRow row;
    row.path = queue.path;
    row.leaf = queue.leaf();
    row.share = ToDouble(state.tree().ShareOf(queue.id));
    row.used = Present(state, queue.used);
    row.held = Present(state, queue.held);
    row.idle =
        claimed.empty() ? row.held : Present(state, Less(queue.held, claimed[queue.id.value]));
    row.guaranteed = Named(state, queue.guaranteed, 0);
    row.max = Named(state, queue.max, kUnlimited);
    row.waiting = line.waiting;
    row.oldest = line.oldest;
    rows.push_back(std::move(row));
  }
  if (QueueRow nobodys; nobodys_.waiting != nobodys.waiting) {
    nobodys.path = std::string(kNoQueue);
    nobodys.leaf = true;
    nobodys.waiting = nobodys_.waiting;
    nobodys.oldest = nobodys_.oldest;
    rows.push_back(std::move(nobodys));
  }
  std::vector<std::string> paths;
  for (const QueueRow& row : rows) paths.push_back(row.path);
  if (paths != paths_) metrics_->SetQueues(rows);
  paths_.swap(paths);
  metrics_->queues().Replace(std::move(rows), HalfBound(state), Claims(state));
}

}  // namespace muster::daemon
