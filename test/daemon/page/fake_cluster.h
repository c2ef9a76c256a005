// SPDX-License-Identifier: Apache-2.0
// A cluster that only exists to be looked at: queues, nodes, gangs that come, wait, start, end and
// are evicted, the same for the same seed. It decides nothing that a scheduler would answer for.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"

namespace muster::daemon {

struct FakeAmounts {
  int64_t cpu = 0;     // cores
  int64_t memory = 0;  // GiB
  int64_t gpu = 0;
  FakeAmounts& operator+=(const FakeAmounts& other);
  FakeAmounts& operator-=(const FakeAmounts& other);
  FakeAmounts operator*(int64_t times) const { return {cpu * times, memory * times, gpu * times}; }
};

struct FakeQueue {
  std::string path;
  std::string order;
  int64_t weight = 1;
  FakeAmounts guaranteed, max;  // zero: none
  bool leaf = true;
  std::string state = "open";
  FakeAmounts used, held;
};

struct FakeNode {
  std::string name, zone, type;
  FakeAmounts size, used, held;
  int64_t spare = 0;  // cores that nobody asks for
  int pods = 0;
  bool unschedulable = false;
};

struct FakeGang {
  std::string ns, name, kind, user, app;
  size_t queue = 0;
  std::string state = "waiting";
  std::string reason;
  absl::Time created, began, ends;  // `ends`: of one that has ended, when it did
  bool evicted = false;
  int members = 1, minimum = 1, held = 0;
  FakeAmounts each;
  std::vector<size_t> nodes;  // of its members, in order; those that are held last
};

class FakeCluster {
 public:
  // `hostile`: names and texts that want to be more than text.
  FakeCluster(size_t gangs, size_t nodes, absl::Time now, bool hostile = false);

  // Lets time pass until `now`: gangs end, start and arrive; one in a while is evicted.
  void Step(absl::Time now);
  // A new gang that waits.
  void Add(const std::string& ns, const std::string& name, const std::string& queue,
           absl::Time now);
  void Remove(const std::string& name);
  // One that runs leaves, in its own time.
  void Evict(const std::string& name);

  const std::vector<FakeQueue>& queues() const { return queues_; }
  const std::vector<FakeNode>& nodes() const { return nodes_; }
  const std::deque<FakeGang>& gangs() const { return gangs_; }
  // Those that ended, the oldest first.
  const std::deque<FakeGang>& ended() const { return ended_; }
  const std::vector<v1::Decision>& decisions() const { return decisions_; }
  absl::Time now() const { return now_; }

 private:
  size_t Random(size_t below) { return random_() % below; }
  void AddQueues();
  void AddNodes(size_t count);
  void Arrive(absl::Time created);
  bool Start(FakeGang* gang, absl::Time began);
  void Stop(FakeGang* gang);
  void End(FakeGang gang);
  void Charge(const FakeGang& gang, bool back);
  void Decide(const std::string& kind, const FakeGang& gang, const std::string& message);

  std::mt19937_64 random_{7};
  const bool hostile_;
  absl::Time now_;
  std::vector<FakeQueue> queues_;
  std::vector<FakeNode> nodes_;
  std::deque<FakeGang> gangs_, ended_;
  std::vector<v1::Decision> decisions_;
  size_t next_node_ = 0;
  int64_t number_ = 0;
};

}  // namespace muster::daemon
