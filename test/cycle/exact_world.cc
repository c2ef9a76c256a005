// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/exact_world.h"

#include "test/cycle/laws.h"

namespace muster::test {

void ExactWorld::Submit(absl::Duration after, std::vector<Pod> pods, absl::Duration run) {
  const std::string name = pods[0].gang.empty() ? pods[0].name : pods[0].gang;
  const absl::Time at = w.now + after;
  for (Pod& pod : pods) pod.created = at;
  jobs[name] = Job{pods, run, at};
  agenda_.emplace(at, [this, name] {
    for (const Pod& pod : jobs[name].pods) w.See(pod);
  });
}

void ExactWorld::Do(const Plan& plan) {
  w.state.Assume(plan, w.now);
  w.CheckBooks();
  if (plan.settled()) {
    w.state.ClearChanged();
    const Plan next = Cycle(w.state, profile, w.now);
    INFO(Named(w.state, plan) << "\nthen\n" << Named(w.state, next));
    REQUIRE(next.empty());
  }
  for (const Step& step : plan.steps) {
    const std::string name = w.state.gang(step.gang).name;
    Job& job = jobs.at(name);
    for (const Placement& placement : step.placements) {
      Pod pod = w.state.pod(placement.pod).pod;
      pod = On(pod, w.state.nodes().at(placement.node).name);
      pod.stamp = Stamp{};
      pod.stamp->queue = pod.queue;
      pod.stamp->gang = name;
      pod.stamp->minimum = static_cast<int32_t>(job.pods.size());
      pod.stamp->at = w.now;
      for (Pod& own : job.pods) {
        if (own.uid == pod.uid) own = pod;
      }
    }
    if (step.kind != StepKind::kStart) continue;
    job.started = w.now;
    job.ends = w.now + job.run;
    for (const Pod& pod : job.pods) w.See(pod);
    agenda_.emplace(job.ends, [this, name] {
      if (jobs[name].ends == absl::InfinitePast()) return;  // evicted
      for (Pod pod : jobs[name].pods) {
        pod.phase = PodPhase::kSucceeded;
        w.See(pod);
      }
      for (const Pod& pod : jobs[name].pods) w.Gone(pod);
    });
  }
  for (const Claim& claim : plan.claims) {
    for (const Victim& victim : claim.victims) {
      REQUIRE(victim.whole);  // nothing grows here
      Job& job = jobs.at(w.state.gang(victim.gang).name);
      for (const Pod& pod : job.pods) w.Gone(pod);
      job.ends = absl::InfinitePast();
    }
  }
}

void ExactWorld::Decide(const std::function<void(const Plan&)>& seen) {
  for (int round = 0; w.state.changed(); ++round) {
    REQUIRE(round < 20);
    const Plan plan = Cycle(w.state, profile, w.now);
    seen(plan);
    Do(plan);
  }
  const Plan next = Cycle(w.state, profile, w.now);
  INFO(absl::FormatTime(w.now) << Named(w.state, next));
  REQUIRE(next.empty());
}

void ExactWorld::Run(absl::Duration most, const std::function<void(const Plan&)>& seen) {
  const absl::Time until = w.now + most;
  while (true) {
    const absl::Time next = std::min(
        agenda_.empty() ? absl::InfiniteFuture() : agenda_.begin()->first, w.state.NextTimer());
    if (next > until) return;
    w.Pass(std::max(next, w.now) - w.now);
    while (!agenda_.empty() && agenda_.begin()->first <= w.now) {
      const auto act = agenda_.begin()->second;
      agenda_.erase(agenda_.begin());
      act();
    }
    Decide(seen);
  }
}

}  // namespace muster::test
