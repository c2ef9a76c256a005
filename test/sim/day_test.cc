// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/day.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "scheduler/sim/simulation.h"

namespace muster::sim {
namespace {

codec::DayOfWork DayOf(int32_t jobs, uint64_t seed) {
  codec::DayOfWork day;
  day.jobs = jobs;
  day.seed = seed;
  day.tenants = {{"etl", "", 8, 3}, {"ml", "", 8, 1}};
  return day;
}

size_t Count(const std::vector<codec::Job>& jobs, bool (*what)(const codec::Job&)) {
  return static_cast<size_t>(std::count_if(jobs.begin(), jobs.end(), what));
}

TEST_CASE("a day of work has the shape of public traces") {
  for (uint64_t seed : {1, 2, 3}) {
    INFO("seed " << seed);
    const std::vector<codec::Job> jobs = MakeDay(DayOf(20000, seed));
    REQUIRE(jobs.size() == 20000);
    const auto members = [](const codec::Job& job) { return job.shapes[0].count; };
    CHECK(Count(jobs, [](const auto& job) { return job.minimum == 1; }) > 13500);
    CHECK(Count(jobs, [](const auto& job) { return job.minimum > 32; }) > 60);
    CHECK(Count(jobs, [](const auto& job) { return job.minimum > 200; }) == 0);
    CHECK(Count(jobs, [](const auto& job) { return job.estimate > absl::ZeroDuration(); }) > 11000);
    CHECK(Count(jobs, [](const auto& job) { return job.ns == "etl"; }) > 14000);
    CHECK(std::all_of(jobs.begin(), jobs.end(), [&](const codec::Job& job) {
      return members(job) == job.minimum && job.runtime >= absl::Seconds(5) &&
             job.at < absl::Hours(24) + absl::Minutes(2);
    }));
    // A tenth of the jobs does most of the work.
    std::vector<double> work;
    for (const codec::Job& job : jobs) {
      work.push_back(absl::ToDoubleSeconds(job.runtime) * members(job));
    }
    std::sort(work.begin(), work.end());
    double all = 0;
    double tenth = 0;
    for (size_t i = 0; i < work.size(); ++i) {
      all += work[i];
      if (i >= work.size() * 9 / 10) tenth += work[i];
    }
    CHECK(tenth > 0.6 * all);
    // The working day has its peak.
    std::map<int64_t, int> by_hour;
    for (const codec::Job& job : jobs) ++by_hour[absl::ToInt64Hours(job.at)];
    CHECK(by_hour[14] > 2 * by_hour[3]);
  }
}

TEST_CASE("the same seed gives the same day, another one another") {
  const auto names = [](const std::vector<codec::Job>& jobs) {
    std::vector<std::tuple<absl::Duration, std::string, int32_t, std::string>> rows;
    for (const codec::Job& job : jobs) rows.emplace_back(job.at, job.ns, job.minimum, job.app);
    return rows;
  };
  CHECK(names(MakeDay(DayOf(500, 7))) == names(MakeDay(DayOf(500, 7))));
  CHECK(names(MakeDay(DayOf(500, 7))) != names(MakeDay(DayOf(500, 8))));
  const std::vector<codec::Job> jobs = MakeDay(DayOf(500, 7));
  CHECK(std::is_sorted(jobs.begin(), jobs.end(),
                       [](const auto& a, const auto& b) { return a.at < b.at; }));
  std::set<std::string> distinct;
  for (const codec::Job& job : jobs) distinct.insert(job.name);
  CHECK(distinct.size() == 500);
}

TEST_CASE("the jobs of a scenario's day run to their end, beside those that it names") {
  const auto scenario = codec::ParseScenario("day.yaml", R"(
sampleEvery: 5m
cycleGap: 2s
nodes: [{name: n, count: 40, cpu: 16, memory: 64Gi}]
queues: [{name: a, namespaces: [a]}, {name: b, namespaces: [b, default]}]
workload: {day: {jobs: 200, seed: 3, tenants: [{namespace: a, users: 2}, {namespace: b, share: 2}]}}
jobs: [{name: own, runtime: 1m, ttl: 30s, pod: {cpu: 1}}]
expect:
- {pods: "default/own", exist: 1, at: 80s}
- {pods: "default/own", exist: 0, at: 3m}
)");
  INFO(scenario.status().ToString());
  REQUIRE(scenario.ok());
  const Report report = Simulation(*scenario, GangOptions(1)).Run();
  for (const std::string& failure : report.failures) INFO(failure);
  CHECK(report.ok());
  CHECK(report.jobs.size() == 201);
  CHECK(std::all_of(report.jobs.begin(), report.jobs.end(),
                    [](const JobReport& job) { return job.succeeded; }));
  CHECK(report.sample_every == absl::Minutes(5));
}

}  // namespace
}  // namespace muster::sim
