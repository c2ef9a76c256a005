// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/replay.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/trace/plan_difference.h"
#include "scheduler/daemon/trace/trace_encoder.h"
#include "scheduler/daemon/trace/trace_folder.h"
#include "scheduler/daemon/trace/trace_reader.h"

namespace muster::daemon {
namespace {

class FileReplay {
 public:
  FileReplay(const loop::Decide& decide, loop::Observer* observer, ReplayReport* report)
      : decide_(decide), observer_(observer), report_(report) {}

  // False: no file after it is worth reading.
  bool Run(const std::string& path) {
    TraceReader reader(path);
    report_->status = reader.Open();
    if (!report_->status.ok()) return false;
    ++report_->files;
    state_ = reader.Begin();
    if (state_ != nullptr) {
      profile_ = MakeProfile(state_->config().scorer);
      if (observer_ != nullptr) observer_->OnStart(*state_);
      Operation operation;
      while (report_->difference.empty() && reader.Next(*state_, &operation)) Do(operation);
    }
    report_->state = std::move(state_);
    if (!report_->difference.empty()) return false;
    const std::string complaint = reader.Complaint();
    if (!complaint.empty()) {
      absl::StrAppend(&report_->complaints, report_->complaints.empty() ? "" : "\n", complaint);
    }
    return true;
  }

 private:
  void Do(const Operation& operation) {
    const absl::Time now = operation.now;
    report_->from = std::min(report_->from, now);
    report_->to = std::max(report_->to, now);
    if (const auto* event = std::get_if<Event>(&operation.what)) {
      Hear(*event, now);
    } else if (std::holds_alternative<Expired>(operation.what)) {
      if (observer_ != nullptr) observer_->OnExpire(now);
      state_->Expire(now);
    } else if (const auto* decided = std::get_if<TraceDecided>(&operation.what)) {
      Decide(decided->plan, now);
    }
  }

  void Hear(const Event& event, absl::Time now) {
    ++report_->events;
    if (observer_ != nullptr) observer_->OnEvent(event, now);
    state_->Apply(event, now);
    state_->TakeForecastRequests();
    if (const auto* queues = std::get_if<QueuesSeen>(&event)) {
      profile_ = MakeProfile(queues->config.scorer);
    }
  }

  void Decide(const RecordedPlan& recorded, absl::Time now) {
    ++report_->plans;
    const Plan plan = decide_(*state_, profile_, now);
    const RecordedPlan replayed = ToRecord(plan, &told_, &digest_);
    if (replayed != recorded) {
      report_->difference = absl::StrCat("decision ", report_->plans, " at ",
                                         absl::FormatTime(now, absl::UTCTimeZone()), " differs\n",
                                         Difference(*state_, recorded, replayed, plan));
      return;
    }
    state_->Assume(plan, now);
    state_->ClearChanged();
    if (observer_ != nullptr) observer_->OnCycle(*state_, plan, now);
  }

  const loop::Decide& decide_;
  loop::Observer* const observer_;
  ReplayReport* const report_;
  std::unique_ptr<State> state_;
  Profile profile_;
  std::vector<ReasonCode> told_;
  VerdictDigest digest_;
};

}  // namespace

ReplayReport Replay(const std::string& path, const loop::Decide& decide, loop::Observer* observer) {
  ReplayReport report;
  std::vector<std::string> files = {path};
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    absl::StatusOr<std::vector<std::string>> found = TraceFiles(path);
    report.status = found.status();
    if (!found.ok()) return report;
    files = *std::move(found);
    if (files.empty()) {
      report.status = absl::NotFoundError(
          absl::StrCat(path, ": holds no trace; expected files muster-NUMBER.trace"));
    }
  }
  for (const std::string& file : files) {
    if (!FileReplay(decide, observer, &report).Run(file)) break;
  }
  return report;
}

}  // namespace muster::daemon
