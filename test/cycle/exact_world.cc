// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/exact_world.h"

#include "test/cycle/laws.h"

namespace muster::test {

void ExactWorld::Submit(absl::Duration after, std::vector<Pod> pods, absl::Duration run) {
  const std::string name = pods[0].gang.empty() ? pods[0].name : pods[0].gang;
  const absl::Time at = w.now + after;
  for (Pod& pod : pods) pod.created = at;
  jobs[name] = Job{pods, run};
  jobs[name].created = at;
  agenda_.emplace(at, [this, name] {
    for (const Pod& pod : jobs[name].pods) w.See(pod);
  });
}

void ExactWorld::SubmitSpark(absl::Duration after, const Pod& driver, const Forecast& forecast,
                             int more, absl::Duration run) {
  const std::string name = driver.spark_app;
  const absl::Time at = w.now + after;
  Job& job = jobs[name] = Job{{driver}, run};
  job.created = job.pods[0].created = at;
  job.forecast = forecast;
  job.executors = forecast.start + more;
  agenda_.emplace(at, [this, name] {
    const Job& submitted = jobs[name];
    w.See(submitted.pods[0]);
    w.Hear(ForecastSeen{submitted.pods[0].uid, *submitted.forecast});
  });
}

void ExactWorld::CreateExecutor(const std::string& name, int index) {
  Job& job = jobs[name];
  if (job.ends <= w.now) return;
  Pod pod = Executor(name, index);
  pod.role = job.forecast->executor;
  pod.queue = job.pods[0].queue;
  pod.service_account = job.pods[0].service_account;
  pod.created = w.now;
  job.pods.push_back(pod);
  w.See(pod);
  if (index + 1 == job.executors) return;
  agenda_.emplace(w.now + absl::Seconds(1),
                  [this, name, index] { CreateExecutor(name, index + 1); });
}

void ExactWorld::Bind(const Placement& placement, Job* job) {
  Pod pod = w.state.pod(placement.pod).pod;
  pod = On(pod, w.state.nodes().at(placement.node).name);
  pod.stamp = Stamp{};
  pod.stamp->queue = job->pods[0].queue;
  const Gang& gang = w.state.gang(w.state.pod(placement.pod).footing.gang);
  pod.stamp->gang = gang.name;
  pod.stamp->minimum = gang.minimum;
  pod.stamp->at = w.now;
  for (Pod& own : job->pods) {
    if (own.uid == pod.uid) own = pod;
  }
}

void ExactWorld::Begin(const std::string& name) {
  Job& job = jobs.at(name);
  job.started = w.now;
  job.ends = w.now + job.run;
  if (job.executors > 0) {
    agenda_.emplace(w.now + absl::Seconds(1), [this, name] { CreateExecutor(name, 0); });
  }
  agenda_.emplace(job.ends, [this, name] {
    if (jobs[name].ends == absl::InfinitePast()) return;  // evicted
    for (Pod pod : jobs[name].pods) {
      pod.phase = PodPhase::kSucceeded;
      w.See(pod);
    }
    for (const Pod& pod : jobs[name].pods) w.Gone(pod);
  });
}

void ExactWorld::Evict(const Victim& victim) {
  Job& job = jobs.at(w.state.gang(victim.gang).name);
  if (victim.whole) {
    for (const Pod& pod : job.pods) w.Gone(pod);
    job.ends = absl::InfinitePast();
    return;
  }
  for (PodId id : victim.pods) {
    const std::string uid = w.state.pod(id).pod.uid;
    w.Hear(PodGone{uid});
    std::erase_if(job.pods, [&uid](const Pod& pod) { return pod.uid == uid; });
  }
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
    for (const Placement& placement : step.placements) Bind(placement, &job);
    if (step.kind == StepKind::kStart) Begin(name);
    for (const Pod& pod : job.pods) {
      if (!pod.node_name.empty()) w.See(pod);
    }
  }
  for (const Claim& claim : plan.claims) {
    for (const Victim& victim : claim.victims) Evict(victim);
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
