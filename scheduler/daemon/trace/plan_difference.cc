// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/plan_difference.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace muster::daemon {
namespace {

constexpr size_t kMostNamed = 12;

absl::string_view NameOf(StepKind kind) {
  switch (kind) {
    case StepKind::kStart: return "starts";
    case StepKind::kComplete: return "is completed";
    case StepKind::kSettle: return "settles in its room";
    case StepKind::kRepair: return "is repaired";
    case StepKind::kGrow: return "grows";
    case StepKind::kRehold: return "holds other room";
  }
  return "starts";
}

class Namer {
 public:
  explicit Namer(const State& state) : state_(state) {}

  std::string Of(GangId id) const {
    const bool known = id.value < state_.gangs().size() && state_.gang(id).id.valid();
    return known ? absl::StrCat("gang ", FullName(state_.gang(id)))
                 : absl::StrCat("gang number ", id.value, ", which does not exist");
  }
  std::string Of(NodeId id) const {
    return id.value < state_.nodes().size() ? state_.nodes().at(id).name
                                            : absl::StrCat("node number ", id.value);
  }
  std::string Of(PodId id) const {
    const auto& slots = state_.pods().slots();
    return id.value < slots.size() && slots[id.value].in_use
               ? slots[id.value].pod.name
               : absl::StrCat("pod number ", id.value);
  }

  std::string Of(const Step& step) const {
    std::vector<std::string> parts;
    for (const Placement& each : step.placements) {
      parts.push_back(absl::StrCat(Of(each.pod), " on ", Of(each.node)));
    }
    for (const HoldSlot& each : step.holds) {
      parts.push_back(absl::StrCat(each.count, " held on ", Of(each.node)));
    }
    for (const RepairHold& each : step.repairs) {
      parts.push_back(absl::StrCat("room kept on ", Of(each.node)));
    }
    if (step.passed.valid()) parts.push_back(absl::StrCat("passes ", Of(step.passed)));
    return absl::StrCat(NameOf(step.kind), ": ", Listed(parts));
  }

  std::string Of(const Claim& claim) const {
    std::vector<std::string> parts;
    for (const Victim& victim : claim.victims) {
      parts.push_back(absl::StrCat(Of(victim.gang), victim.whole ? "" : " in part", " (",
                                   Name(victim.cause), ", ", victim.pods.size(), " pods)"));
    }
    for (const ClaimSlot& slot : claim.room) {
      parts.push_back(absl::StrCat("room for ", slot.count, " on ", Of(slot.node)));
    }
    return absl::StrCat("claims: ", Listed(parts));
  }

  static std::string Listed(std::vector<std::string> parts) {
    const size_t all = parts.size();
    if (all > kMostNamed) parts.resize(kMostNamed);
    return absl::StrCat(absl::StrJoin(parts, ", "),
                        all > kMostNamed ? absl::StrCat(", and ", all - kMostNamed, " more") : "");
  }

 private:
  const State& state_;
};

// What the plan has in mind with a gang that it takes no such step for.
std::string Otherwise(GangId gang, const Plan& plan) {
  for (const Verdict& verdict : plan.verdicts) {
    if (verdict.gang == gang) {
      return absl::StrCat("waits: ", Name(verdict.reason->code), ": ", Message(verdict.reason));
    }
  }
  return "nothing";
}

std::string Told(const std::string& gang, const std::string& recorded,
                 const std::string& replayed) {
  return absl::StrCat("  ", gang, "\n  recorded: ", recorded, "\n  replayed: ", replayed);
}

// The first place at which two lists differ, of things with a gang; empty where they do not.
template <typename T>
std::string InOrder(const Namer& names, const std::vector<T>& recorded,
                    const std::vector<T>& replayed, const Plan& plan) {
  for (size_t i = 0; i < std::max(recorded.size(), replayed.size()); ++i) {
    const T* const was = i < recorded.size() ? &recorded[i] : nullptr;
    const T* const is = i < replayed.size() ? &replayed[i] : nullptr;
    if (was != nullptr && is != nullptr && *was == *is) continue;
    if (was == nullptr) return Told(names.Of(is->gang), "nothing", names.Of(*is));
    const bool same = is != nullptr && is->gang == was->gang;
    const std::string instead =
        same || is == nullptr ? ""
                              : absl::StrCat("; instead ", names.Of(is->gang), " ", names.Of(*is));
    return Told(names.Of(was->gang), names.Of(*was),
                same ? names.Of(*is) : absl::StrCat(Otherwise(was->gang, plan), instead));
  }
  return "";
}

std::string OfCodes(const Namer& names, const RecordedPlan& recorded, const RecordedPlan& replayed,
                    const Plan& plan) {
  for (size_t i = 0; i < std::max(recorded.codes.size(), replayed.codes.size()); ++i) {
    const bool was = i < recorded.codes.size();
    const bool is = i < replayed.codes.size();
    if (was && is && recorded.codes[i] == replayed.codes[i]) continue;
    const GangId gang = was ? recorded.codes[i].first : replayed.codes[i].first;
    return Told(names.Of(gang),
                was ? absl::StrCat("waits: ", Name(recorded.codes[i].second))
                    : "waits with the same code as before, or not at all",
                Otherwise(gang, plan));
  }
  return "";
}

}  // namespace

std::string Difference(const State& state, const RecordedPlan& recorded,
                       const RecordedPlan& replayed, const Plan& plan) {
  const Namer names(state);
  std::string text = InOrder(names, recorded.steps, replayed.steps, plan);
  if (text.empty()) text = InOrder(names, recorded.claims, replayed.claims, plan);
  if (!text.empty()) return text;
  if (recorded.releases != replayed.releases) {
    const auto list = [&names](const std::vector<GangId>& gangs) {
      std::vector<std::string> parts;
      for (const GangId gang : gangs) parts.push_back(names.Of(gang));
      return parts.empty() ? "nobody" : Namer::Listed(parts);
    };
    return Told("gangs given up", list(recorded.releases), list(replayed.releases));
  }
  text = OfCodes(names, recorded, replayed, plan);
  if (!text.empty()) return text;
  const auto numbers = [](const RecordedPlan& of) {
    return absl::StrCat(of.verdicts, " gangs wait", of.outdated ? ", some to be asked again" : "",
                        "; their reasons' digest is ", ToString(of.digest));
  };
  return Told("numbers or positions of waiting gangs", numbers(recorded), numbers(replayed));
}

}  // namespace muster::daemon
