// SPDX-License-Identifier: Apache-2.0
// The start of gangs once more, slow and obvious: pods as objects, one node at a time, lists and
// maps, the whole world copied for each try. It shares no code with the cycle but the model's
// nouns. Bin-pack only. Knows waiting work beside pods of other schedulers; not what follows a
// start.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scheduler/model/event.h"

namespace muster::test {

struct OracleWorld {
  QueueConfig config;
  std::map<std::string, Node> nodes;
  std::map<std::string, Pod> pods;            // by uid
  std::map<std::string, Forecast> forecasts;  // by driver uid
};

struct OraclePlan {
  // "ns/gang: pod@node … hold 2@node", in the order of decision.
  std::vector<std::string> starts;
  // Code by gang; CapacityShort and Fragmented are one: which of both depends on when it is asked.
  std::map<std::string, std::string> reasons;
};

OraclePlan DecideSlowly(const OracleWorld& world);

}  // namespace muster::test
