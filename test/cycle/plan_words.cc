// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/plan_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace muster::test {

namespace {

std::string NameClaim(const State& state, const Claim& claim) {
  static const char* const kCauses[] = {"reclaims", "preempts", "ousts"};
  std::vector<std::string> parts, rooms;
  for (const ClaimSlot& slot : claim.room) {
    rooms.push_back(absl::StrCat(state.nodes().at(slot.node).name, "=", slot.count));
  }
  for (const Victim& victim : claim.victims) {
    std::vector<std::string> pods;
    for (PodId pod : victim.pods) pods.push_back(state.pod(pod).pod.name);
    parts.push_back(absl::StrCat(kCauses[static_cast<int>(victim.cause)], " ",
                                 absl::StrJoin(pods, ","), victim.whole ? " whole" : ""));
  }
  for (GangId from : claim.inherited) {
    parts.push_back(absl::StrCat("inherits ", FullName(state.gang(from))));
  }
  return absl::StrCat("claim ", FullName(state.gang(claim.gang)), " ", absl::StrJoin(rooms, " "),
                      ": ", absl::StrJoin(parts, "; "));
}

}  // namespace

std::string Named(const State& state, const Plan& plan) {
  std::vector<std::string> lines;
  for (const Step& step : plan.steps) {
    std::vector<std::string> parts;
    for (const Placement& p : step.placements) {
      parts.push_back(absl::StrCat(state.pod(p.pod).pod.name, p.from_hold ? " held" : "", "@",
                                   state.nodes().at(p.node).name));
    }
    for (const HoldSlot& slot : step.holds) {
      parts.push_back(absl::StrCat("hold ", slot.count, "@", state.nodes().at(slot.node).name));
    }
    lines.push_back(absl::StrCat("step ", static_cast<int>(step.kind), " ",
                                 FullName(state.gang(step.gang)), ": ", absl::StrJoin(parts, " ")));
  }
  for (GangId id : plan.releases) {
    lines.push_back(absl::StrCat("release ", FullName(state.gang(id))));
  }
  for (const Claim& claim : plan.claims) lines.push_back(NameClaim(state, claim));
  for (const Verdict& verdict : plan.verdicts) {
    lines.push_back(absl::StrCat("verdict ", FullName(state.gang(verdict.gang)), " ",
                                 Name(verdict.reason->code), " #", verdict.position, ": ",
                                 Message(verdict.reason)));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace muster::test
