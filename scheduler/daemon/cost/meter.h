// SPDX-License-Identifier: Apache-2.0
// Reads who takes what from the state, after each step of the loop, and tells the ledger when it
// changes. Between two steps the state stands still, so that the sums are exact, in virtual time
// and in real time. A step costs as much as has changed in it.
//
// A pod takes its requests from the decision that gives it a node until it has ended. Its queue and
// user are its gang's. What its node is and costs follows from the node's labels as they were when
// the pod came; a node that is gone is what it was. Where a pod ends other than by success while it
// is being evicted by our decision, all that it took is lost. Of a member that had ended before its
// gang was evicted nothing is counted as lost: whether its work outlives the gang is known to the
// job alone (what a worker has finished is not done again; what an executor has computed may be in
// a shuffle service, or not).
#pragma once

#include <string>
#include <vector>

#include "scheduler/daemon/cost/ledger.h"
#include "scheduler/daemon/cost/money.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class CostMeter : public loop::Observer {
 public:
  CostMeter() = default;
  explicit CostMeter(Ledger::Limits limits) : ledger_(limits) {}

  void OnEvent(const Event& event, absl::Time now) override;
  void OnCycle(const State&, const Plan&, absl::Time) override {}
  void OnStepEnd(const State& state, absl::Time now) override;

  Ledger& ledger() { return ledger_; }

 private:
  // What the ledger has of a pod.
  struct Member {
    Ledger::Id account = 0;
    Part part;
    absl::Time from;
    uint64_t uid = 0;  // a hash: slots are used again
    bool evicting = false;
    bool counted = false;
  };
  // What it has of a gang's holds and repairs, those alike together.
  struct Held {
    Ledger::Id account = 0;
    Part part;
    int64_t count = 0;
    friend bool operator==(const Held&, const Held&) = default;
  };
  struct Of {
    Account account;  // without the node type
    std::vector<Held> held;
  };

  // What matters of a node here, as it was when it was last there.
  struct Seen {
    uint64_t version = ~uint64_t{0};
    Node node;
    std::string type = NodeTypeOf(Node());
  };

  const Seen& SeenOf(const State& state, NodeId id);
  Part PartOf(const State& state, RoleId role, NodeId node);
  void LookAtAll(const State& state, absl::Time now);
  void LookAtGang(const State& state, GangId id, absl::Time now);
  void LookAtPod(const State& state, PodId id, absl::Time now);
  void EndMember(Member* member, bool succeeded, absl::Time now);
  void AddHeld(const State& state, const Gang& gang, RoleId role, NodeId node, int64_t count,
               std::vector<Held>* held);

  Ledger ledger_;
  std::vector<Member> members_;  // by pod
  std::vector<Of> gangs_;        // by gang
  std::vector<Seen> nodes_;      // by node
  ChangeReader changes_;
  bool all_ = true;  // look at everything in the next step
};

}  // namespace muster::daemon
