// SPDX-License-Identifier: Apache-2.0
// A state in words that do not depend on ids: two states with equal portraits decide alike. What is
// left out: slots and arrival order, deadlines, the journal.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/state/state.h"

namespace muster::test {

inline std::string Words(const State& state, const Amounts& amounts) {
  return ToString(state.resources().ToList(amounts));
}

inline std::string PortraitOf(const State& state, const Gang& gang) {
  static const char* const kStates[] = {"waiting", "starting", "started", "ended"};
  std::vector<std::string> members, held;
  for (PodId id : gang.members) {
    const PodSlot& slot = state.pod(id);
    members.push_back(
        absl::StrCat(slot.pod.name, ":", static_cast<int>(slot.footing.standing), "@",
                     slot.footing.node.valid() ? state.nodes().at(slot.footing.node).name : "", "/",
                     slot.footing.queue.valid() ? state.tree().at(slot.footing.queue).path : "-"));
  }
  for (const HoldSlot& slot : gang.holds) {
    held.push_back(absl::StrCat(state.nodes().at(slot.node).name, "=", slot.count));
  }
  for (const RepairHold& repair : gang.repairs) {
    held.push_back(absl::StrCat("repair ", state.nodes().at(repair.node).name));
  }
  for (const ClaimSlot& slot : gang.claim) {
    held.push_back(absl::StrCat("claim ", state.nodes().at(slot.node).name, "=", slot.count));
  }
  std::sort(members.begin(), members.end());
  std::sort(held.begin(), held.end());
  return absl::StrCat(
      kStates[static_cast<int>(gang.state)], " kind ", static_cast<int>(gang.kind), " queue ",
      gang.queue.valid() ? state.tree().at(gang.queue).path : "-", " user ", gang.user, " opener ",
      gang.opener_uid, " priority ", gang.priority, " created ", absl::ToUnixSeconds(gang.created),
      " min ", gang.minimum, " floor ", gang.floor, " promised ", gang.promised, " bound ",
      gang.bound, " accepted ", gang.accepted, " ever ", gang.ever, " succeeded ", gang.succeeded,
      " faulty ", gang.faulty, " full ", gang.full, " runs ", gang.driver_runs, " executor ",
      gang.executor.valid() ? CanonicalKey(state.roles().at(gang.executor).spec) : "-", " refusal ",
      Name(gang.refusal.code), " ", gang.refusal.subject, " members [", absl::StrJoin(members, " "),
      "] held [", absl::StrJoin(held, " "), "] deficit ", state.Deficit(gang));
}

inline std::string Portrait(const State& state) {
  std::map<std::string, std::string> lines;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const NodeId id{i};
    std::string free;
    for (uint32_t column = 0; column < state.resources().size(); ++column) {
      const auto amounts = state.nodes().free(column);
      if (!amounts.empty() && amounts[i] != 0) {
        absl::StrAppend(&free, " ", state.resources().Name(column), "=", amounts[i]);
      }
    }
    lines[absl::StrCat("node ", state.nodes().at(id).name)] =
        absl::StrCat(state.nodes().present(id) ? "there" : "gone", free);
  }
  for (const Queue& queue : state.tree().queues()) {
    // A leaf that a template made counts for nothing while nobody is in it.
    const bool made = queue.parent.valid() && state.tree().at(queue.parent).per_namespace;
    const auto of_it = [&queue](const Gang& gang) {
      return gang.id.valid() && gang.queue == queue.id;
    };
    if (made && std::none_of(state.gangs().begin(), state.gangs().end(), of_it)) continue;
    lines[absl::StrCat("queue ", queue.path)] =
        absl::StrCat(queue.draining ? "draining " : "", "used ", Words(state, queue.used),
                     ", held ", Words(state, queue.held), ", leaving ", Words(state, queue.leaving),
                     ", running ", queue.running);
  }
  for (const auto& [key, book] : state.user_books().books()) {
    lines[absl::StrCat(key.group ? "group " : "user ", key.name, " in ",
                       state.tree().at(key.queue).path)] =
        absl::StrCat(Words(state, book.amounts), ", running ", book.running);
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid()) continue;
    std::string text = PortraitOf(state, gang);
    if (gang.queue.valid()) {
      absl::StrAppend(&text, " user uses ",
                      Words(state, state.user_use().of(gang.queue, gang.user)));
    }
    absl::StrAppend(&text, " attention ", state.attention().count(gang.id));
    lines[absl::StrCat("gang ", gang.key, " of ", gang.opener_uid)] = text;
  }
  return absl::StrJoin(lines, "\n", absl::PairFormatter(": "));
}

}  // namespace muster::test
