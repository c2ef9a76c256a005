// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/head_hold.h"

namespace muster {

namespace {

std::vector<bool> PoolOf(Round& round, const Shape& shape) {
  std::vector<bool> pool(round.state().nodes().size(), false);
  for (const Part& part : shape) {
    const auto admission = AdmissionOf(round.draft, round.profile, part.role);
    for (size_t i = 0; i < pool.size(); ++i) pool[i] = pool[i] || admission[i] > 0;
  }
  return pool;
}

}  // namespace

void Block(Round& round, const Gang& gang, const Shape& shape, bool everywhere) {
  if (!round.profile.order(round.state().tree().at(gang.queue).order).strict()) return;
  BlockedPool blocked{gang.id, everywhere, {}};
  if (!everywhere) blocked.nodes = PoolOf(round, shape);
  round.blocked[gang.queue].push_back(std::move(blocked));
}

GangId HeadAhead(Round& round, QueueId leaf, const Shape& shape) {
  auto found = round.blocked.find(leaf);
  if (found == round.blocked.end()) return GangId{};
  for (const BlockedPool& blocked : found->second) {
    if (blocked.everywhere) return blocked.head;
    for (const Part& part : shape) {
      const auto admission = AdmissionOf(round.draft, round.profile, part.role);
      for (size_t i = 0; i < blocked.nodes.size(); ++i) {
        if (blocked.nodes[i] && admission[i] > 0) return blocked.head;
      }
    }
  }
  return GangId{};
}

}  // namespace muster
