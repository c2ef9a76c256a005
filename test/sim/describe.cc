// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "test/sim/random_scenario.h"

namespace muster::sim {
namespace {

struct StepName {
  std::string operator()(const codec::AddNodes&) const { return "add nodes"; }
  std::string operator()(const codec::RemoveNodes& a) const {
    return absl::StrCat("remove ", a.nodes);
  }
  std::string operator()(const codec::ChangeNodes& a) const {
    return absl::StrCat(a.unschedulable ? "cordon " : "shrink ", a.nodes);
  }
  std::string operator()(const codec::RefuseBinds& a) const {
    return absl::StrCat("refuse ", a.times, " binds of ", a.pods);
  }
  std::string operator()(const codec::RefuseEvictions& a) const {
    return absl::StrCat("refuse ", a.times, " evictions of ", a.pods, " with ", a.code,
                        a.late ? ", not dry runs" : "");
  }
  std::string operator()(const codec::LoseAnswers& a) const {
    return absl::StrCat("lose ", a.times, a.done ? " done" : " undone", " answers to ",
                        a.of == codec::Request::kBind ? "binds" : "evictions", " of ", a.pods);
  }
  std::string operator()(const codec::DelayBinds& a) const {
    return absl::StrCat("delay binds by ", absl::FormatDuration(a.by));
  }
  std::string operator()(const codec::DelayWatch& a) const {
    return absl::StrCat("delay watch by ", absl::FormatDuration(a.by));
  }
  std::string operator()(const codec::LoseWatch& a) const {
    return absl::StrCat("lose watch for ", absl::FormatDuration(a.lasting));
  }
  std::string operator()(const codec::TouchPods& a) const {
    return absl::StrCat(a.fate == codec::PodFate::kFail ? "fail " : "delete ", a.pods);
  }
  std::string operator()(const codec::RaiseMinimum& a) const {
    return absl::StrCat("raise ", a.pods);
  }
  std::string operator()(const codec::DeleteJobs& a) const {
    return absl::StrCat("delete ", a.jobs);
  }
  std::string operator()(const codec::KillScheduler& a) const {
    return absl::StrCat("kill after ", a.binds, " binds, down ", absl::FormatDuration(a.down));
  }
  std::string operator()(const codec::SetQueues&) const { return "queues"; }
};

}  // namespace

std::string Describe(const codec::Scenario& scenario) {
  std::string out = absl::StrCat(scenario.name, ", scorer ", scenario.queues.scorer, "\n");
  for (const QueueSpec& queue : scenario.queues.queues) {
    absl::StrAppend(&out, "  queue ", queue.name, " weight ", queue.weight, " guaranteed ",
                    ToString(queue.guaranteed), " max ", ToString(queue.max),
                    queue.order == LeafOrder::kFifo ? " fifo" : " fair",
                    queue.backfill ? " backfill" : "", queue.preemptible ? "" : " not preemptible",
                    queue.reclaimable ? "" : " not reclaimable", " starve ",
                    absl::FormatDuration(queue.starve_after), " min runtime ",
                    absl::FormatDuration(queue.min_runtime), " evictions ",
                    queue.evictions_per_hour.value_or(-1), "\n");
  }
  for (const Node& node : scenario.nodes) {
    absl::StrAppend(&out, "  node ", node.name, " ", ToString(node.allocatable), "\n");
  }
  for (const codec::DisruptionBudget& budget : scenario.budgets) {
    absl::StrAppend(&out, "  budget ", budget.pods, " min available ",
                    budget.min_available.value_or(-1), " max unavailable ",
                    budget.max_unavailable.value_or(-1), "\n");
  }
  for (const codec::Job& job : scenario.jobs) {
    absl::StrAppend(&out, "  job ", job.ns, "/", job.name, " at ", absl::FormatDuration(job.at),
                    " runs ", absl::FormatDuration(job.runtime), " priority ", job.priority,
                    job.preempts ? "" : " never preempts", " estimate ",
                    absl::FormatDuration(job.estimate), " grace ", absl::FormatDuration(job.grace),
                    job.resubmit.value_or(false) ? " resubmit" : "",
                    job.checkpoint ? " checkpoint" : "");
    for (const codec::Shape& shape : job.shapes) {
      absl::StrAppend(&out, " ", shape.count, "x(", ToString(shape.role.requests), ") min ",
                      job.minimum);
    }
    for (const auto& [key, value] : job.spark.conf) absl::StrAppend(&out, " ", key, "=", value);
    out += "\n";
  }
  for (const codec::Step& step : scenario.steps) {
    absl::StrAppend(&out, "  at ", absl::FormatDuration(step.at), " ",
                    std::visit(StepName(), step.action), "\n");
  }
  return out;
}

}  // namespace muster::sim
