// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/config_preview.h"

#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "queues/entitlement.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/shape.h"
#include "scheduler/daemon/view/units.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {
namespace {

struct Picture {
  std::map<std::string, v1::QueuePreview> queues;  // `entitled_now` and `over_now` are filled
  std::map<std::string, std::string> gangs;        // name -> what becomes of it
};

double PartOf(Level level) {
  if (level >= kBeyondCluster) return std::numeric_limits<double>::infinity();
  return static_cast<double>(level) / static_cast<double>(kWholeLevel);
}

Amounts UseOf(const Queue& queue) {
  Amounts use = queue.used;
  AddScaled(&use, queue.held, 1);
  return use;
}

std::vector<Amounts> DemandOf(const State& state) {
  std::vector<Amounts> demand(state.tree().size());
  for (const Queue& queue : state.tree().queues()) {
    if (queue.leaf()) demand[queue.id.value] = UseOf(queue);
  }
  for (const GangId id : state.attention()) {
    const Gang& gang = state.gang(id);
    const bool asks = gang.state == GangState::kWaiting && !gang.waiting.empty() &&
                      gang.queue.valid() && gang.claim.empty();
    if (!asks || Judge(state, gang, absl::InfiniteFuture()).code != ReasonCode::kNone) continue;
    AddScaled(&demand[gang.queue.value], StartSum(state, gang), 1);
  }
  return demand;
}

void AddOverMax(const State& state, const Queue& queue, v1::QueuePreview* out) {
  constexpr int64_t kWithin = -1;
  const Amounts use = UseOf(queue);
  Amounts has(queue.max.size(), kWithin);
  Amounts max = has;
  for (size_t column = 0; column < queue.max.size(); ++column) {
    if (AmountAt(use, column) <= queue.max[column]) continue;
    has[column] = AmountAt(use, column);
    max[column] = queue.max[column];
  }
  QuantityList amounts;
  AddQuantities(state.resources(), has, kWithin, &amounts);
  for (v1::Quantity& amount : amounts) *out->add_over_now()->mutable_has() = std::move(amount);
  amounts.Clear();
  AddQuantities(state.resources(), max, kWithin, &amounts);
  for (int i = 0; i < amounts.size(); ++i) {
    *out->mutable_over_now(i)->mutable_max() = std::move(amounts[i]);
  }
}

// Before the plan is assumed.
Picture PictureOf(const State& state, const Plan& plan) {
  Picture picture;
  const Tree& tree = state.tree();
  const Entitlements entitled(tree, DemandOf(state));
  for (const Queue& queue : tree.queues()) {
    if (!queue.parent.valid()) continue;
    v1::QueuePreview& row = picture.queues[queue.path];
    row.set_path(queue.path);
    row.set_used(PartOf(LevelOf(UseOf(queue), tree.total())));
    row.set_entitled_now(PartOf(entitled.of(queue.id)));
    AddOverMax(state, queue, &row);
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid() || gang.began == absl::InfiniteFuture()) continue;
    const bool above = gang.queue.valid() && LevelOf(UseOf(tree.at(gang.queue)), tree.total()) >
                                                 entitled.of(gang.queue) + kLevelTolerance;
    const bool may = above && tree.at(gang.queue).reclaimable;
    picture.gangs[FullName(gang)] = may ? "runs, others may take its room" : "runs, protected";
  }
  for (const Verdict& verdict : plan.verdicts) {
    const Gang& gang = state.gang(verdict.gang);
    if (gang.began != absl::InfiniteFuture()) continue;
    picture.gangs[FullName(gang)] = absl::StrCat("waits: ", Name(verdict.reason->code));
  }
  for (const Step& step : plan.steps) {
    if (step.kind == StepKind::kStart) picture.gangs[FullName(state.gang(step.gang))] = "starts";
  }
  for (const Claim& claim : plan.claims) {
    picture.gangs[FullName(state.gang(claim.gang))] = "starts where others are evicted";
    for (const Victim& victim : claim.victims) {
      picture.gangs[FullName(state.gang(victim.gang))] =
          victim.whole ? "is evicted" : "loses members above its minimum";
    }
  }
  return picture;
}

// The first decision over the state as it is listed.
Picture Look(codec::Scenario scenario, const QueueConfig& config) {
  scenario.queues = config;
  scenario.steps.clear();
  scenario.expect.clear();
  scenario.duration = absl::Seconds(1);
  Picture picture;
  bool looked = false;
  sim::Options options = sim::GangOptions(scenario.seed);
  options.decide = [&](State& state, const Profile& profile, absl::Time now) {
    Plan plan = Cycle(state, profile, now);
    if (!std::exchange(looked, true)) picture = PictureOf(state, plan);
    return plan;
  };
  sim::Simulation(scenario, std::move(options)).Run();
  return picture;
}

// Of both; one may be without a path, where the config has no such queue.
v1::QueuePreview Join(const v1::QueuePreview& now, const v1::QueuePreview& then) {
  v1::QueuePreview both = now.path().empty() ? then : now;
  both.set_entitled_now(now.entitled_now());
  both.set_entitled_then(then.entitled_now());
  *both.mutable_over_now() = now.over_now();
  *both.mutable_over_then() = then.over_now();
  if (now.path().empty()) {
    both.set_change("new");
  } else if (then.path().empty()) {
    both.set_change("leaves");
  } else if (now.SerializeAsString() != then.SerializeAsString()) {
    both.set_change("changed");
  }
  return both;
}

}  // namespace

v1::ConfigPreview PreviewOf(const codec::Scenario& state, const std::string& name,
                            const QueueConfig& config) {
  const Picture now = Look(state, state.queues);
  const Picture then = Look(state, config);
  v1::ConfigPreview preview;
  preview.set_config(name);
  preview.set_state(state.file);
  std::map<std::string, std::pair<v1::QueuePreview, v1::QueuePreview>> queues;
  for (const auto& [path, row] : now.queues) queues[path].first = row;
  for (const auto& [path, row] : then.queues) queues[path].second = row;
  for (const auto& [path, rows] : queues) *preview.add_queues() = Join(rows.first, rows.second);
  for (const auto& [gang, fate] : now.gangs) {
    const auto other = then.gangs.find(gang);
    const std::string is = other == then.gangs.end() ? "waits" : other->second;
    if (is == fate) continue;
    v1::GangPreview* out = preview.add_gangs();
    out->set_gang(gang);
    out->set_now(fate);
    out->set_then(is);
  }
  return preview;
}

}  // namespace muster::daemon
