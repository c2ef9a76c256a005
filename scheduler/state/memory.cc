// SPDX-License-Identifier: Apache-2.0
// What a later daemon is told, and what this one was told by an earlier: claims, evictions, and
// past use. Until everything has been listed no past is worked out, so that the use that is found
// then counts from the last record on.
#include <algorithm>
#include <tuple>

#include "scheduler/state/victims.h"

namespace muster {

Memory State::ToMemory() const {
  Memory memory;
  for (const Gang& gang : gangs_) {
    if (!gang.id.valid() || gang.claim.empty()) continue;
    ClaimRecord record{gang.opener_uid, gang.claim_until, {}, {}};
    const std::vector<RoleId> roles = RolesOf(gang);
    for (const ClaimSlot& slot : gang.claim) {
      const auto part = std::find(roles.begin(), roles.end(), slot.role) - roles.begin();
      record.rooms.push_back({static_cast<int32_t>(part), nodes_.at(slot.node).name, slot.count});
    }
    for (const Victim& victim : VictimsOf(*this, gang)) {
      record.victims.push_back({victim.whole, {}});
      for (PodId pod : victim.pods) record.victims.back().pods.push_back(pods_.at(pod).pod.uid);
    }
    memory.claims.push_back(std::move(record));
  }
  for (const ClaimRecord& record : recalled_claims_) memory.claims.push_back(record);
  std::sort(memory.claims.begin(), memory.claims.end(),
            [](const ClaimRecord& a, const ClaimRecord& b) { return a.opener_uid < b.opener_uid; });
  memory.run_times = past_runs_.ToMemory();
  AddPastUse(&memory.past_use);
  memory.evictions = evictions_;
  for (const Gang& gang : gangs_) {
    if (!gang.id.valid() || !gang.looks_unstarted) continue;
    const auto bound = std::find_if(gang.members.begin(), gang.members.end(), [this](PodId id) {
      return pods_.at(id).footing.standing == Standing::kBound;
    });
    if (bound == gang.members.end() && gang.waiting.empty()) continue;  // binds that are not seen
    const PodId speaker = bound != gang.members.end() ? *bound : gang.waiting.front();
    memory.started.push_back(pods_.at(speaker).pod.uid);
  }
  std::sort(memory.started.begin(), memory.started.end());
  return memory;
}

void State::On(const MemorySeen& event, absl::Time) {
  recalled_claims_ = event.memory.claims;
  past_runs_.Recall(event.memory.run_times);
  evictions_ = event.memory.evictions;
  recalled_started_ = event.memory.started;
  for (const PastUse& record : event.memory.past_use) {
    AverageUse average = FromMemory(record, &resources_);
    if (record.user.empty()) {
      tree_.Recall(record.queue, std::move(average));
    } else {
      user_past_.Recall({record.queue, record.user}, std::move(average));
    }
  }
}

void State::UseChanged() {
  if (!tree_.half_life().on()) return;
  memory_changed_ = true;
  past_settled_ = tree_.half_life().SettledAfter(tree_.now());
}

void State::AddPastUse(std::vector<PastUse>* records) const {
  const HalfLife& half_life = tree_.half_life();
  if (!half_life.on()) return;
  // Also of those that have just begun to use something: from the record on it counts.
  const auto add = [&](const std::string& queue, const std::string& user, const AverageUse& average,
                       bool uses) {
    PastUse record = ToRecord(average, resources_);
    if (queue.empty() || (record.average.entries().empty() && !uses)) return;
    record.queue = queue;
    record.user = user;
    records->push_back(std::move(record));
  };
  for (const auto& [path, average] : tree_.PastUses()) {
    const QueueId id = tree_.FindLeaf(path);
    add(path, "", average, id.valid() && !IsNothing(tree_.at(id).used));
  }
  for (const auto& [key, average] : user_past_.averages()) {
    const auto& [leaf, user] = key;
    const QueueId id = tree_.FindLeaf(leaf);
    const Amounts& use = user_use_.of(id, user);
    add(leaf, user, user_past_.At(half_life, leaf, user, use, tree_.now()), !IsNothing(use));
  }
  std::sort(records->begin(), records->end(), [](const PastUse& a, const PastUse& b) {
    return std::tie(a.queue, a.user) < std::tie(b.queue, b.user);
  });
}

void State::BeginPast(absl::Time now) {
  tree_.Advance(now);
  if (!tree_.half_life().on()) {
    user_past_.Clear();
    past_settled_ = absl::InfinitePast();
    return;
  }
  user_past_.Begin(now);
  UseChanged();
  WorkOutUserPast();
}

void State::WorkOutUserPast() {
  if (!tree_.half_life().on()) return;
  user_use_.Each([this](QueueId leaf, const std::string& user, const Amounts& use) {
    if (IsNothing(use)) return;
    user_past_.Advance(tree_.half_life(), tree_.at(leaf).path, user, use, tree_.now());
  });
}

}  // namespace muster
