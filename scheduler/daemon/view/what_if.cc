// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/what_if.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/view/chronicle.h"
#include "scheduler/daemon/view/queue_view.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {
namespace {

// A decision may let another one follow; after so many they are looked at as they stand.
constexpr int kRounds = 8;

// Starts and evictions, by what they are and whose.
using Decisions = std::map<std::pair<std::string, std::string>, v1::Decision>;

struct Outcome {
  Decisions decisions;
  v1::ListQueuesResponse queues;
};

Outcome Decide(State state, const QueueConfig& config, absl::Time now) {
  state.Apply(QueuesSeen{config}, now);
  const Profile profile = MakeProfile(config.scorer);
  DecisionRing ring;
  Chronicle chronicle(&ring);
  Plan plan;
  for (int round = 0; round < kRounds; ++round) {
    plan = Cycle(state, profile, now);
    state.Assume(plan, now);
    chronicle.OnCycle(state, plan, now);
    if (plan.empty()) break;
  }
  Outcome outcome;
  int64_t until = 0;
  for (const auto& entry : ring.After(0, SIZE_MAX, Sight{}, absl::ZeroDuration(), &until)) {
    v1::Decision decision = Render(*entry, Sight{});
    if (decision.kind() != "start" && decision.kind() != "evict") continue;
    outcome.decisions.emplace(std::pair(decision.kind(), decision.gang()), std::move(decision));
  }
  const Scene scene{state, profile, plan, chronicle, now};
  outcome.queues = *ListQueues(scene, {}, Sight{});
  return outcome;
}

// Those of `some` that `others` has not.
void AddMissing(const Decisions& some, const Decisions& others,
                google::protobuf::RepeatedPtrField<v1::Decision>* out) {
  for (const auto& [key, decision] : some) {
    if (!others.contains(key)) *out->Add() = decision;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Copied>> CopyOf(const State& state, absl::Time now) {
  if (state.pods().count() > kMostCopiedPods) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the state has ", state.pods().count(), " pods, more than ", kMostCopiedPods,
                     " that are copied: dump it, and simulate with the dump"));
  }
  return std::make_shared<const Copied>(Copied{state, now});
}

absl::StatusOr<QueueConfig> ConfigFrom(const std::string& text, const QueueConfig& in_force) {
  if (text.empty()) return in_force;
  return codec::ParseQueueConfig("config", text);
}

v1::WhatIfResponse WhatIf(const Copied& copied, const QueueConfig& config) {
  const Outcome now = Decide(copied.state, copied.state.config(), copied.now);
  Outcome then = Decide(copied.state, config, copied.now);
  v1::WhatIfResponse response;
  AddMissing(then.decisions, now.decisions, response.mutable_would());
  AddMissing(now.decisions, then.decisions, response.mutable_would_not());
  response.mutable_queues()->Swap(then.queues.mutable_queues());
  return response;
}

}  // namespace muster::daemon
