// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/recorder.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace muster::sim {
namespace {

constexpr int64_t kMillion = 1'000'000;

int64_t Rate(int64_t part, int64_t whole) {
  return whole <= 0 ? 0 : static_cast<int64_t>(absl::int128(part) * kMillion / whole);
}

// What each of the queues would have of `sum` by its weight, none above its demand.
std::vector<int64_t> FairShares(const std::vector<int64_t>& demand,
                                const std::vector<int64_t>& weights, int64_t sum) {
  std::vector<int64_t> fair(demand.size());
  int64_t low = 0;
  int64_t high = kMillion;
  while (low < high) {
    const int64_t level = (low + high + 1) / 2;
    int64_t filled = 0;
    for (size_t i = 0; i < demand.size(); ++i) filled += std::min(demand[i], level * weights[i]);
    if (filled <= sum) {
      low = level;
    } else {
      high = level - 1;
    }
  }
  for (size_t i = 0; i < demand.size(); ++i) fair[i] = std::min(demand[i], low * weights[i]);
  return fair;
}

}  // namespace

Recorder::Recorder(Timeline* timeline, const ApiServer* api, const Workload* workload,
                   const QueueConfig& queues)
    : timeline_(timeline), api_(api), workload_(workload), tree_(queues, &resources_) {
  for (const Queue& queue : tree_.queues()) {
    if (!queue.leaf()) continue;
    leaves_.push_back(queue.id);
    reports_.push_back({queue.path, queue.weight, {}});
  }
}

size_t Recorder::LeafOf(const Job& job) {
  const codec::Job& spec = job.spec();
  const QueueId queue =
      tree_.Choose({spec.queue, spec.ns, absl::StrCat(spec.ns, "/", spec.user)}).queue;
  if (!queue.valid()) return JobUse::kNoLeaf;
  const auto at = std::find(leaves_.begin(), leaves_.end(), queue);
  if (at != leaves_.end()) return static_cast<size_t>(at - leaves_.begin());
  // A template's leaf exists from its first job on.
  leaves_.push_back(queue);
  QueueReport& report =
      reports_.emplace_back(QueueReport{tree_.at(queue).path, tree_.at(queue).weight, {}});
  report.samples.resize(cluster_.size());
  return leaves_.size() - 1;
}

JobUse& Recorder::UseOf(const Job& job) {
  if (job.index() >= jobs_.size()) jobs_.resize(workload_->jobs().size());
  JobUse& use = jobs_[job.index()];
  if (!std::exchange(use.known, true)) use.leaf = LeafOf(job);
  return use;
}

void Recorder::Count(const Pod& pod, bool takes_room) {
  const Job* job = workload_->OwnerOf(pod.uid);
  if (job == nullptr || (taking_.at(pod.uid) != 0) == takes_room) return;
  taking_[pod.uid] = takes_room ? 1 : 0;
  JobUse& use = UseOf(*job);
  const int sign = takes_room ? 1 : -1;
  use.bound += sign;
  use.use.cpu += sign * pod.role.requests.Get(kCpu);
  use.use.memory += sign * pod.role.requests.Get(kMemory);
  if (takes_room) ++pods_;
}

void Recorder::OnPod(const Pod& pod) { Count(pod, !pod.node_name.empty() && !IsTerminal(pod)); }

void Recorder::OnPodGone(const Pod& pod) {
  Count(pod, false);
  if (!sentences_.empty()) sentences_.erase(pod.uid);
}

void Recorder::OnPlan(const State& state, const Plan& plan) {
  for (const Claim& claim : plan.claims) {
    for (const Victim& victim : claim.victims) {
      const QueueId queue = state.gang(victim.gang).queue;
      const std::string path = queue.valid() ? state.tree().at(queue).path : "";
      const std::string cause(Name(victim.cause));
      auto at = std::find_if(evictions_.begin(), evictions_.end(), [&](const EvictionReport& r) {
        return r.queue == path && r.cause == cause;
      });
      if (at == evictions_.end()) {
        at = evictions_.insert(at, EvictionReport{path, cause, 0, 0, 0});
      }
      const auto report = static_cast<size_t>(at - evictions_.begin());
      bool first = true;
      for (PodId pod : victim.pods) {
        sentences_[state.pod(pod).pod.uid] = {report, victim.whole, std::exchange(first, false)};
      }
    }
  }
}

void Recorder::OnEvicted(const Pod& pod) {
  const auto at = sentences_.find(pod.uid);
  if (at == sentences_.end()) return;
  EvictionReport& report = evictions_[at->second.report];
  ++report.pods;
  if (at->second.first) ++(at->second.whole ? report.whole : report.in_part);
  sentences_.erase(at);
}

Use Recorder::Total() {
  if (total_.has_value()) return *total_;
  Use total;
  for (const auto& [name, node] : api_->nodes()) {
    total.cpu += node.allocatable.Get(kCpu);
    total.memory += node.allocatable.Get(kMemory);
  }
  total_ = total;
  return total;
}

int64_t Recorder::Share(const Use& use, const Use& total) {
  return std::max(Rate(use.cpu, total.cpu), Rate(use.memory, total.memory));
}

struct Recorder::Sums {
  std::vector<Use> used, demand;  // by leaf
  std::vector<QueueSample> samples;
  Use sum;
  int64_t working = 0;
  bool any = false;
};

void Recorder::SampleJob(const Job& job, Sums* sums) {
  const JobUse& use = UseOf(job);
  sums->sum.cpu += use.use.cpu;
  sums->sum.memory += use.use.memory;
  const bool runs = job.Working();
  if (runs) sums->working += use.use.cpu;
  sums->any = sums->any || !job.ended();
  if (use.leaf == JobUse::kNoLeaf) return;
  Use& used = sums->used[use.leaf];
  Use& demand = sums->demand[use.leaf];
  used.cpu += use.use.cpu;
  used.memory += use.use.memory;
  demand.cpu += use.use.cpu;
  demand.memory += use.use.memory;
  if (job.ended()) return;
  if (job.log().running == absl::InfiniteFuture()) {
    const ResourceList minimum = job.MinimumRequests();
    demand.cpu += std::max<int64_t>(0, minimum.Get(kCpu) - use.use.cpu);
    demand.memory += std::max<int64_t>(0, minimum.Get(kMemory) - use.use.memory);
  }
  QueueSample& sample = sums->samples[use.leaf];
  ++(runs ? sample.running : use.bound == 0 ? sample.waiting : sample.stalled);
}

void Recorder::Sample(const State* state) {
  const Use total = Total();
  const std::vector<const Job*>& submitted = workload_->submitted();
  active_.insert(active_.end(), submitted.begin() + static_cast<std::ptrdiff_t>(heard_),
                 submitted.end());
  heard_ = submitted.size();
  for (const Job* job : active_) UseOf(*job);  // its leaf may be a new one
  Sums sums;
  sums.used.resize(leaves_.size());
  sums.demand.resize(leaves_.size());
  sums.samples.resize(leaves_.size());
  for (const Job* job : active_) SampleJob(*job, &sums);
  std::erase_if(active_, [this](const Job* job) { return job->ended() && UseOf(*job).bound == 0; });
  for (size_t i = 0; i < leaves_.size(); ++i) {
    QueueSample& sample = sums.samples[i];
    sample.used = Share(sums.used[i], total);
    if (state != nullptr) {
      const QueueId leaf = state->tree().FindLeaf(reports_[i].path);
      if (leaf.valid()) {
        const Amounts& held = state->tree().at(leaf).held;
        sample.held = Share({AmountAt(held, kCpuColumn), AmountAt(held, kMemoryColumn)}, total);
      }
    }
    reports_[i].samples.push_back(sample);
  }
  cluster_.push_back({Rate(sums.sum.cpu, total.cpu), Rate(sums.sum.memory, total.memory),
                      Rate(sums.working, total.cpu)});
  if (!sums.any) return;
  ++samples_;
  cpu_sum_ += cluster_.back().cpu;
  memory_sum_ += cluster_.back().memory;
  working_sum_ += cluster_.back().working;
  SampleShareError(sums.demand, total);
}

void Recorder::SampleShareError(const std::vector<Use>& demand, const Use& total) {
  std::vector<int64_t> wanted;
  std::vector<int64_t> weights;
  int64_t sum = 0;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    wanted.push_back(Share(demand[i], total));
    weights.push_back(reports_[i].weight);
    sum += reports_[i].samples.back().used;
  }
  const std::vector<int64_t> fair = FairShares(wanted, weights, sum);
  int64_t gap = 0;
  bool contended = false;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const int64_t used = reports_[i].samples.back().used;
    contended = contended || wanted[i] > used;
    gap = std::max(gap, fair[i] - used);
  }
  if (!contended) return;
  ++short_samples_;
  error_sum_ += gap;
}

void Recorder::Finish(Report* report) {
  report->queues = reports_;
  report->cluster = cluster_;
  report->nodes = static_cast<int64_t>(api_->nodes().size());
  report->pods = pods_;
  report->evictions = evictions_;
  std::sort(report->evictions.begin(), report->evictions.end(),
            [](const EvictionReport& a, const EvictionReport& b) {
              return std::tie(a.queue, a.cause) < std::tie(b.queue, b.cause);
            });
  report->cpu_used = samples_ == 0 ? 0 : cpu_sum_ / samples_;
  report->memory_used = samples_ == 0 ? 0 : memory_sum_ / samples_;
  report->cpu_working = samples_ == 0 ? 0 : working_sum_ / samples_;
  report->share_error = short_samples_ == 0 ? 0 : error_sum_ / short_samples_;
  for (const auto& job : workload_->jobs()) {
    const JobLog& log = job->log();
    if (log.submitted == absl::InfiniteFuture()) continue;
    JobReport& out = report->jobs.emplace_back();
    out.name = absl::StrCat(job->spec().ns, "/", job->spec().name);
    const JobUse& use = UseOf(*job);
    if (use.leaf != JobUse::kNoLeaf) out.queue = reports_[use.leaf].path;
    out.kind = job->spec().kind;
    out.submitted = log.submitted - kStart;
    out.wait = log.running - log.submitted;
    out.run =
        log.running == absl::InfiniteFuture() ? absl::InfiniteDuration() : log.ended - log.running;
    out.succeeded = log.succeeded;
    out.canceled = log.canceled;
    out.endless = job->spec().runtime == absl::InfiniteDuration();
    out.stalled = !job->ended() && !job->Working() && use.bound > 0;
    out.attempts = log.attempts;
    out.evicted = log.evicted;
    out.lost = log.lost;
    report->lost += log.lost;
  }
}

}  // namespace muster::sim
