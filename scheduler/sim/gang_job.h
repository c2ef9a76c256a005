// SPDX-License-Identifier: Apache-2.0
// Pods that work together, or a single pod: they work while the minimum of them runs at once, and
// succeed together when the work is done. Lost pods are made anew by their owner within a second;
// a gang with `resubmit` that an eviction cut below its minimum ends, and is submitted again under
// another name.
#pragma once

#include "scheduler/sim/job.h"

namespace muster::sim {

class GangJob : public Job {
 public:
  using Job::Job;
  void Submit() override;
  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  int32_t Minimum() const override;
  ResourceList MinimumRequests() const override;
  void OnEvicted(const Pod& pod) override;
  std::string GangName() const override;
  bool Working() const override { return working_ && !ended(); }

 private:
  struct Member {
    RoleSpec role;
    std::string uid;
    bool running = false;
    bool over = false;  // succeeded before the others
    int32_t attempts = 0;
  };

  void CreateMember(size_t index);
  void CreateMembers();
  void GiveUp();
  void SubmitAgain();
  void ReplaceSoon(size_t index);
  Member* Find(const std::string& uid, size_t* index);
  // The number that run has changed.
  void Recount();
  void Finish();

  std::vector<Member> members_;
  int32_t running_ = 0;
  bool working_ = false;
  bool given_up_ = false;  // until it is submitted again
  absl::Time working_since_;
  absl::Duration done_;
  Timeline::Ticket end_ = Timeline::kNoTicket;
};

}  // namespace muster::sim
