// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/meter.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "scheduler/daemon/metrics/queue_gauges.h"

namespace muster::daemon {
namespace {

Account AccountOf(const State& state, const Gang& gang) {
  Account account;
  account.queue = gang.queue.valid() ? state.tree().at(gang.queue).path : std::string(kNoQueue);
  account.ns = gang.ns;
  account.user = gang.user;
  account.app = gang.app;
  return account;
}

}  // namespace

const CostMeter::Seen& CostMeter::SeenOf(const State& state, NodeId id) {
  if (nodes_.size() <= id.value) nodes_.resize(state.nodes().size());
  Seen& seen = nodes_[id.value];
  const uint64_t version = state.nodes().object_changed(id);
  if (seen.version == version || !state.nodes().present(id)) return seen;
  seen.version = version;
  seen.node = state.nodes().at(id);
  seen.type = NodeTypeOf(seen.node);
  return seen;
}

Part CostMeter::PartOf(const State& state, RoleId role, NodeId node) {
  const Amounts& each = state.roles().at(role).each;
  const Node& of = SeenOf(state, node).node;
  return {each, MoneyAnHour(state.config().prices, of, state.resources(), each)};
}

void CostMeter::OnEvent(const Event& event, absl::Time) {
  // Other queues, other paths, other prices.
  if (std::holds_alternative<QueuesSeen>(event)) all_ = true;
}

void CostMeter::OnStepEnd(const State& state, absl::Time now) {
  ledger_.Begin(now);
  members_.resize(std::max(members_.size(), state.pods().slots().size()));
  gangs_.resize(std::max(gangs_.size(), state.gangs().size()));
  std::vector<Change> once;
  const bool whole =
      changes_.Overtake(state.changes(), [&](const Change& change) { once.push_back(change); });
  if (all_ || !whole) {
    LookAtAll(state, now);
  } else {
    std::sort(once.begin(), once.end(), [](const Change& a, const Change& b) {
      return std::tie(a.gang, a.pod) < std::tie(b.gang, b.pod);
    });
    once.erase(std::unique(once.begin(), once.end()), once.end());
    for (const Change& change : once) {
      if (change.pod.valid()) {
        LookAtPod(state, change.pod, now);
      } else {
        LookAtGang(state, change.gang, now);
      }
    }
  }
  all_ = false;
}

void CostMeter::LookAtAll(const State& state, absl::Time now) {
  for (uint32_t i = 0; i < state.gangs().size(); ++i) LookAtGang(state, GangId{i}, now);
  for (uint32_t i = 0; i < state.pods().slots().size(); ++i) LookAtPod(state, PodId{i}, now);
}

void CostMeter::LookAtGang(const State& state, GangId id, absl::Time now) {
  const Gang& gang = state.gang(id);
  std::vector<Held> held;
  if (gang.id.valid()) {
    for (const HoldSlot& slot : gang.holds) {
      AddHeld(state, gang, gang.executor, slot.node, slot.count, &held);
    }
    for (const RepairHold& repair : gang.repairs) {
      AddHeld(state, gang, repair.role, repair.node, 1, &held);
    }
  }
  Of& of = gangs_[id.value];
  if (held != of.held) {
    for (const Held& part : held) {
      ledger_.Change(part.account, CostKind::kIdle, part.part, part.count, now);
    }
    for (const Held& part : of.held) {
      ledger_.Change(part.account, CostKind::kIdle, part.part, -part.count, now);
    }
    of.held = std::move(held);
  }
  if (!gang.id.valid()) return;
  Account account = AccountOf(state, gang);
  if (account == of.account) return;
  of.account = std::move(account);
  for (PodId member : gang.members) LookAtPod(state, member, now);
}

void CostMeter::AddHeld(const State& state, const Gang& gang, RoleId role, NodeId node,
                        int64_t count, std::vector<Held>* held) {
  Account account = AccountOf(state, gang);
  account.node_type = SeenOf(state, node).type;
  const Held more{ledger_.Open(account), PartOf(state, role, node), count};
  for (Held& part : *held) {
    if (part.account != more.account || part.part != more.part) continue;
    part.count += count;
    return;
  }
  held->push_back(more);
}

void CostMeter::LookAtPod(const State& state, PodId id, absl::Time now) {
  Member& member = members_[id.value];
  const PodSlot& slot = state.pod(id);
  const Footing& footing = slot.footing;
  const uint64_t uid = std::hash<std::string>()(slot.pod.uid);
  const bool counts = slot.in_use && footing.gang.valid() && OnNode(footing.standing);
  const bool same = slot.in_use && member.uid == uid;
  if (member.counted && !(same && counts)) {
    EndMember(&member, same && footing.standing == Standing::kSucceeded, now);
  }
  if (!counts) return;
  const Gang& gang = state.gang(footing.gang);
  Account account = AccountOf(state, gang);
  account.node_type = SeenOf(state, footing.node).type;
  const Ledger::Id into = ledger_.Open(account);
  Part part = PartOf(state, footing.role, footing.node);
  const bool moves = !member.counted || member.account != into || member.part != part;
  if (moves) {
    ledger_.Change(into, CostKind::kRequested, part, 1, now);
    if (member.counted) {
      ledger_.Change(member.account, CostKind::kRequested, member.part, -1, now);
    }
    member.account = into;
    member.part = std::move(part);
  }
  if (!member.counted) member.from = now;
  member.counted = true;
  member.uid = uid;
  member.evicting = slot.evicting;
}

void CostMeter::EndMember(Member* member, bool succeeded, absl::Time now) {
  if (member->evicting && !succeeded) {
    ledger_.Lose(member->account, member->part, member->from, now);
  }
  ledger_.Change(member->account, CostKind::kRequested, member->part, -1, now);
  member->counted = false;
}

}  // namespace muster::daemon
