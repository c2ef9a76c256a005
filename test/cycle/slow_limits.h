// SPDX-License-Identifier: Apache-2.0
// Every limit of a queue config, slow and obvious: straight from the config, all uses added up anew
// for each question.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scheduler/state/state.h"

namespace muster::test {

// What one gang uses and holds.
struct SlowUse {
  std::string queue;  // the leaf's path
  std::string user;
  ResourceList amounts;
  int gangs = 0;  // 1: it has begun
};

struct SlowLimit {
  int64_t have = 0;
  int64_t limit = 0;
};

// By "queue q", "user u in queue q" or "group g in queue q", and the resource, or "" for gangs:
// those limits that hold for any of the uses.
using SlowLimits = std::map<std::pair<std::string, std::string>, SlowLimit>;
SlowLimits LimitsOf(const QueueConfig& config, const std::vector<SlowUse>& uses);

// Of each gang of the state that has something or has begun, from its members' specs and its holds.
// `staying`: without what is on its way out, which claims are promised.
std::vector<SlowUse> UsesOf(const State& state, bool staying = false);

// The queues from the top down to the leaf, as their own spec says, weight and name of a template's
// leaf worked in. Empty: no such leaf.
struct SlowLevel {
  std::string path;
  QueueSpec spec;
  ResourceList of_siblings;  // guaranteed to its siblings
};
std::vector<SlowLevel> LevelsTo(const QueueConfig& config, const std::string& leaf);

}  // namespace muster::test
