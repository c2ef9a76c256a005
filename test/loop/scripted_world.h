// SPDX-License-Identifier: Apache-2.0
// A world of one loop in which nothing happens but what a test writes down: a feed filled by hand,
// a clock that moves only when the loop waits, and an actuator that remembers.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "scheduler/cycle/cycle.h"
#include "scheduler/loop/loop.h"
#include "scheduler/state/audit.h"
#include "test/model/objects.h"

namespace muster::loop::test {

using namespace muster::test;  // NOLINT: the words of all tests

class ScriptedWorld : public Feed, public Actuator, public Clock, public Observer {
 public:
  explicit ScriptedWorld(Decide decide = &Cycle)
      : loop_({this, this, this}, "muster", std::move(decide), this) {}

  // --- what happens ---
  template <typename E>
  void Tell(E event) {
    pending_.push_back(std::move(event));
  }
  void See(Pod pod) { Tell(PodSeen{std::move(pod)}); }
  void See(Node node) { Tell(NodeSeen{std::move(node)}); }
  void Accept(const Pod& pod) {
    Tell(BindAccepted{pod.uid});
    See(On(pod, NodeOf(pod)));
  }
  void Refuse(const Pod& pod) { Tell(BindRefused{pod.uid, 403, "no, said the webhook"}); }
  // Lets the loop work until it has nothing more to do before `time` has passed.
  void Run(absl::Duration time = absl::ZeroDuration()) {
    const absl::Time end = now_ + time;
    do {
      loop_.Step(end);
      const auto wrong = Audit(loop_.state());
      INFO(absl::StrJoin(wrong, "\n"));
      REQUIRE(wrong.empty());
    } while (!pending_.empty() || now_ < end);
    loop_.Step(end);
  }

  // --- what was done ---
  std::string NodeOf(const Pod& pod) const {
    std::string node;
    for (const BindPod& bind : binds) {
      if (bind.pod.uid == pod.uid) node = bind.node;
    }
    return node;
  }
  int BindsOf(const Pod& pod) const {
    return static_cast<int>(std::count_if(binds.begin(), binds.end(), [&pod](const BindPod& bind) {
      return bind.pod.uid == pod.uid;
    }));
  }
  // "Reason: message" last written on the pod.
  std::string Told(const Pod& pod) const {
    std::string told;
    for (const SetCondition& condition : conditions) {
      if (condition.pod.uid == pod.uid) told = condition.reason + " / " + condition.message;
    }
    return told;
  }
  int Warnings() const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [](const PostEvent& event) { return event.warning; }));
  }
  const State& state() const { return loop_.state(); }
  Loop& loop() { return loop_; }

  std::vector<BindPod> binds;
  std::vector<DeletePod> deletes;
  std::vector<EvictPods> evictions;
  std::vector<Memory> memories;
  std::vector<SetCondition> conditions;
  std::vector<PostEvent> events;
  std::vector<ReadForecast> forecasts;
  std::vector<Plan> plans;
  // The ends of steps: when, and how much the state has changed by then.
  std::vector<std::pair<absl::Time, uint64_t>> steps;

  bool Drain(std::vector<muster::Event>* out, absl::Time until) override {
    if (pending_.empty()) {
      if (until > now_ && until != absl::InfiniteFuture()) now_ = until;
    }
    out->insert(out->end(), pending_.begin(), pending_.end());
    pending_.clear();
    return true;
  }
  absl::Time Now() override { return now_; }
  void Bind(BindPod action) override { binds.push_back(std::move(action)); }
  void Delete(DeletePod action) override { deletes.push_back(std::move(action)); }
  void Evict(EvictPods action) override { evictions.push_back(std::move(action)); }
  void Remember(Memory memory) override { memories.push_back(std::move(memory)); }
  void Condition(SetCondition action) override { conditions.push_back(std::move(action)); }
  void Event(PostEvent action) override { events.push_back(std::move(action)); }
  void Forecast(ReadForecast action) override { forecasts.push_back(std::move(action)); }
  void OnCycle(const State&, const Plan& plan, absl::Time) override { plans.push_back(plan); }
  void OnStepEnd(const State& state, absl::Time now) override {
    steps.emplace_back(now, state.changes().end());
  }

 private:
  absl::Time now_ = At(100);
  std::vector<muster::Event> pending_;
  Loop loop_;
};

}  // namespace muster::loop::test
