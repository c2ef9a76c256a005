// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/config_preview.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "queues/entitlement.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/shape.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {
namespace {

struct QueueRow {
  Level used = 0;
  Level entitled = 0;
  std::string over;  // "60 of 40 cpu"; empty: within its max
  friend bool operator==(const QueueRow&, const QueueRow&) = default;
};

struct Picture {
  std::map<std::string, QueueRow> queues;
  std::map<std::string, std::string> gangs;  // name -> what becomes of it
};

std::string Percent(Level level) {
  if (level >= kBeyondCluster) return "beyond";
  const int64_t tenths = static_cast<int64_t>(
      (static_cast<Uint128>(level) * 1000 + kWholeLevel / 2) / static_cast<Uint128>(kWholeLevel));
  return absl::StrFormat("%d.%d %%", tenths / 10, tenths % 10);
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

std::string OverMax(const State& state, const Queue& queue) {
  std::vector<std::string> over;
  const Amounts use = UseOf(queue);
  for (size_t column = 0; column < queue.max.size(); ++column) {
    const int64_t has = AmountAt(use, column);
    if (has <= queue.max[column]) continue;
    const absl::string_view name = state.resources().Name(static_cast<uint32_t>(column));
    over.push_back(absl::StrCat(AmountToString(name, has), " of ",
                                AmountToString(name, queue.max[column]), " ", name));
  }
  return absl::StrJoin(over, ", ");
}

// Before the plan is assumed.
Picture PictureOf(const State& state, const Plan& plan) {
  Picture picture;
  const Tree& tree = state.tree();
  const Entitlements entitled(tree, DemandOf(state));
  for (const Queue& queue : tree.queues()) {
    if (!queue.parent.valid()) continue;
    picture.queues[queue.path] = {LevelOf(UseOf(queue), tree.total()), entitled.of(queue.id),
                                  OverMax(state, queue)};
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
    picture.gangs[FullName(gang)] = absl::StrCat("waits: ", Name(verdict.reason.code));
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

std::string Change(const std::string& now, const std::string& then) {
  return now == then ? now : absl::StrCat(now, " -> ", then);
}

}  // namespace

std::string ConfigPreview(const codec::Scenario& state, const std::string& name,
                          const QueueConfig& config) {
  Picture now = Look(state, state.queues);
  Picture then = Look(state, config);
  std::string out = absl::StrCat(
      "what ", name, " changes at once, of ", state.file, "\n\n",
      absl::StrFormat("  %-30s %-10s %-22s %s\n", "queue", "used", "entitled to", "over its max"));
  std::map<std::string, std::pair<QueueRow, QueueRow>> queues;
  for (const auto& [path, row] : now.queues) queues[path].first = row;
  for (const auto& [path, row] : then.queues) queues[path].second = row;
  for (const auto& [path, rows] : queues) {
    const auto& [was, is] = rows;
    const bool left = !then.queues.contains(path);
    const bool came = !now.queues.contains(path);
    std::string over = Change(was.over.empty() ? "no" : was.over, is.over.empty() ? "no" : is.over);
    if (left) over = "leaves the config";
    if (came) over = absl::StrCat("new", is.over.empty() ? "" : ": ", is.over);
    absl::StrAppend(
        &out, was == is ? "  " : "* ",
        absl::StrFormat("%-30s %-10s %-22s %s\n", path, Percent(left ? was.used : is.used),
                        Change(Percent(was.entitled), Percent(is.entitled)), over));
  }
  std::string gangs;
  for (const auto& [gang, fate] : now.gangs) {
    const auto other = then.gangs.find(gang);
    const std::string is = other == then.gangs.end() ? "waits" : other->second;
    if (is != fate) absl::StrAppend(&gangs, "* ", gang, ": ", fate, " -> ", is, "\n");
  }
  return absl::StrCat(out, "\n", gangs.empty() ? "every gang is where it was\n" : gangs);
}

}  // namespace muster::daemon
