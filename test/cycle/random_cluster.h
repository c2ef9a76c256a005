// SPDX-License-Identifier: Apache-2.0
// A small cluster that lives by the dice: work comes and goes, nodes too, binds are accepted,
// refused or slow. It keeps the truth as the API server would, tells the state each change, and
// acts on plans. Laws about the cycle are checked along its life (laws_test.cc).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policies/profile.h"
#include "scheduler/cycle/cycle.h"
#include "test/model/dice.h"
#include "test/state/witness.h"

namespace muster::test {

class RandomCluster {
 public:
  // Whether heads may starve.
  enum class Guard { kNone, kSoon };
  explicit RandomCluster(uint64_t seed, Guard guard = Guard::kSoon);

  // Something happens: work, ends, nodes, time.
  void Live();
  // One thing happens.
  void LiveALittle();
  // What the plan says is done; what the API server answers follows now or later.
  void Act(const Plan& plan);
  // The same for a plan that the state has assumed already.
  void Answer(const Plan& plan);

  // The same truth told to a new daemon, in an order of the dice.
  Witness Restarted(Dice* dice) const;

  // The last thing that happened, for whoever reads a failure.
  std::string happened;

  Witness w;
  Profile profile = MakeProfile("bin-pack");
  std::map<std::string, Pod> pods;  // by uid
  std::map<std::string, Node> nodes;
  QueueConfig config;
  std::map<std::string, Forecast> forecasts;  // by driver uid

 private:
  struct Bind {
    std::string uid;
    std::string node;
    bool accepted = false;  // and not seen yet
  };
  void MakeQueues();
  static void NobodyStarves(std::vector<QueueSpec>* queues);
  void Limit(QueueSpec* queue);
  void Reconfigure();
  void PutNode(const std::string& name);
  void Put(Pod pod);
  void Remove(const std::string& uid);
  RoleSpec Role();
  std::string AnyQueue();
  void Submit();
  void SubmitSpark(const std::string& name);
  void SpawnExecutors();
  void End();
  void Disturb();
  void Answer(const Bind& bind);
  void Evict(const Claim& claim);
  void Collect();

  Dice dice_;
  Guard guard_;
  int next_ = 0;
  std::vector<std::string> leaves_;
  std::vector<Bind> in_flight_;
  std::map<std::string, int> executors_;  // spawned, by driver uid
};

}  // namespace muster::test
