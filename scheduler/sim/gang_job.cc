// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/gang_job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace muster::sim {

int32_t GangJob::Minimum() const { return spec_.kind == codec::JobKind::kPod ? 1 : spec_.minimum; }

ResourceList GangJob::MinimumRequests() const {
  ResourceList sum;
  int32_t left = Minimum();
  for (const codec::Shape& shape : spec_.shapes) {
    for (int32_t i = 0; i < shape.count && left > 0; ++i, --left) sum.Add(shape.role.requests);
  }
  return sum;
}

void GangJob::Submit() {
  if (ended()) return;
  Submitted();
  log_.attempts = 1;
  for (const codec::Shape& shape : spec_.shapes) {
    for (int32_t i = 0; i < shape.count; ++i) members_.push_back({shape.role, "", false, false, 0});
  }
  CreateMembers();
}

std::string GangJob::GangName() const {
  const bool again = spec_.resubmit.value_or(false) && log_.attempts > 1;
  return again ? absl::StrCat(spec_.name, "-r", log_.attempts - 1) : spec_.name;
}

void GangJob::CreateMembers() {
  for (size_t i = 0; i < members_.size(); ++i) {
    const absl::Duration offset = static_cast<int64_t>(i) * spec_.stagger;
    if (offset == absl::ZeroDuration()) {
      CreateMember(i);
    } else {
      timeline_->After(offset, [this, i] { CreateMember(i); });
    }
  }
}

void GangJob::CreateMember(size_t index) {
  Member& member = members_[index];
  if (ended() || given_up_ || !member.uid.empty()) return;
  std::string name = GangName();
  if (spec_.kind == codec::JobKind::kGang) absl::StrAppend(&name, "-", index);
  if (member.attempts > 0) absl::StrAppend(&name, "-r", member.attempts);
  Pod pod = NewPod(name, member.role);
  pod.node_name = spec_.node;
  if (spec_.kind == codec::JobKind::kGang) {
    pod.gang = GangName();
    pod.gang_min = spec_.minimum;
  }
  if (index < spec_.nodes.size() && member.attempts == 0 && log_.attempts == 1) {
    pod.node_name = spec_.nodes[index];
    const absl::Time at = kStart - spec_.began;
    if (!spec_.queue.empty()) pod.stamp = Stamp{spec_.queue, GangName(), Minimum(), "", 0, "", at};
  }
  ++member.attempts;
  member.uid = Create(std::move(pod));
}

void GangJob::ReplaceSoon(size_t index) {
  if (ended() || given_up_ || !spec_.recreate) return;
  timeline_->After(Soon(500, 1000), [this, index] { CreateMember(index); });
}

GangJob::Member* GangJob::Find(const std::string& uid, size_t* index) {
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].uid != uid) continue;
    *index = i;
    return &members_[i];
  }
  return nullptr;
}

void GangJob::OnPod(const Pod& pod) {
  size_t index = 0;
  Member* member = Find(pod.uid, &index);
  if (member == nullptr) return;
  const bool runs = pod.phase == PodPhase::kRunning && !pod.deleting;
  if (member->running != runs) {
    member->running = runs;
    Recount();
  }
  if (ended()) return;
  if (pod.phase == PodPhase::kSucceeded) member->over = true;
  if (pod.phase == PodPhase::kFailed && spec_.recreate) {
    // The owner removes what failed and makes another.
    const std::string uid = pod.uid;
    timeline_->After(Soon(200, 800), [this, uid] { api_->Remove(uid); });
  }
}

void GangJob::OnPodGone(const Pod& pod) {
  size_t index = 0;
  Member* member = Find(pod.uid, &index);
  if (member == nullptr) return;
  member->uid.clear();
  if (member->running) {
    member->running = false;
    Recount();
  }
  if (given_up_) {
    SubmitAgain();
    return;
  }
  if (!member->over) ReplaceSoon(index);
  if (!spec_.recreate && std::all_of(members_.begin(), members_.end(),
                                     [](const Member& m) { return m.uid.empty(); })) {
    End(false);
  }
}

void GangJob::OnEvicted(const Pod& pod) {
  Job::OnEvicted(pod);
  if (ended() || !spec_.resubmit.value_or(false)) return;
  int32_t left = 0;
  for (const Member& member : members_) {
    const Pod* live = member.uid.empty() ? nullptr : api_->Find(member.uid);
    const bool stays = live != nullptr && live->uid != pod.uid && !live->deleting;
    if (stays && !live->node_name.empty() && !IsTerminal(*live)) ++left;
  }
  if (left < Minimum()) GiveUp();
}

// What it still has that was not evicted is deleted by its owner.
void GangJob::GiveUp() {
  if (given_up_) return;
  given_up_ = true;
  timeline_->After(Soon(500, 1000), [this] {
    if (!given_up_) return;
    std::vector<std::string> left;
    for (const Member& member : members_) {
      if (!member.uid.empty()) left.push_back(member.uid);
    }
    for (const std::string& uid : left) api_->Delete(uid);
  });
}

void GangJob::SubmitAgain() {
  if (std::any_of(members_.begin(), members_.end(),
                  [](const Member& m) { return !m.uid.empty(); })) {
    return;
  }
  timeline_->After(Soon(5000, 10000), [this] {
    if (ended() || !given_up_) return;
    given_up_ = false;
    ++log_.attempts;
    if (!spec_.checkpoint) {
      Lose(done_, MinimumRequests().Get(kCpu));
      done_ = absl::ZeroDuration();
    }
    for (Member& member : members_) member.attempts = 0;
    CreateMembers();
  });
}

void GangJob::Recount() {
  running_ = static_cast<int32_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& m) { return m.running; }));
  const bool works = running_ >= Minimum() && !ended();
  if (works == working_) return;
  working_ = works;
  if (end_ != Timeline::kNoTicket) timeline_->Cancel(end_);
  end_ = Timeline::kNoTicket;
  if (!works) {
    done_ += timeline_->now() - working_since_;
    return;
  }
  working_since_ = timeline_->now();
  log_.running = std::min(log_.running, working_since_);
  if (spec_.runtime == absl::InfiniteDuration()) return;
  end_ = timeline_->After(spec_.runtime - done_, [this] {
    end_ = Timeline::kNoTicket;
    Finish();
  });
}

void GangJob::Finish() {
  End(true);
  std::vector<std::pair<std::string, bool>> live;
  for (const Member& member : members_) {
    if (!member.uid.empty()) live.emplace_back(member.uid, member.running);
  }
  for (const auto& [uid, running] : live) {
    if (running) {
      api_->SetPhase(uid, PodPhase::kSucceeded);
    } else {
      api_->Delete(uid);
    }
  }
}

}  // namespace muster::sim
