// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/reason.h"

#include "absl/strings/str_cat.h"
#include "scheduler/model/resource_list.h"

namespace muster {

absl::string_view Name(ReasonCode code) {
  switch (code) {
    case ReasonCode::kNone: return "None";
    case ReasonCode::kGangIncomplete: return "GangIncomplete";
    case ReasonCode::kQueueClosed: return "QueueClosed";
    case ReasonCode::kQueueQuota: return "QueueQuota";
    case ReasonCode::kUserLimit: return "UserLimit";
    case ReasonCode::kCapacityShort: return "CapacityShort";
    case ReasonCode::kFragmented: return "Fragmented";
    case ReasonCode::kPredicate: return "Predicate";
    case ReasonCode::kWaitingForVictims: return "WaitingForVictims";
    case ReasonCode::kBehindHead: return "BehindHead";
    case ReasonCode::kBindRefused: return "BindRefused";
    case ReasonCode::kRepairing: return "Repairing";
    case ReasonCode::kNeverFits: return "NeverFits";
    case ReasonCode::kConfigError: return "ConfigError";
    case ReasonCode::kForbidden: return "Forbidden";
  }
  return "None";
}

bool CuredByNodes(ReasonCode code) {
  return code == ReasonCode::kCapacityShort || code == ReasonCode::kFragmented ||
         code == ReasonCode::kPredicate || code == ReasonCode::kRepairing;
}

namespace {

std::string Amount(const Reason& reason, int64_t amount) {
  return absl::StrCat(AmountToString(reason.resource, amount), " ", reason.resource);
}

std::string Tail(const Reason& reason) {
  return reason.detail.empty() ? "" : absl::StrCat("; ", reason.detail);
}

// Of a limit that is reached: the resource's, or that of running gangs.
std::string OfLimit(absl::string_view who, const Reason& reason) {
  if (reason.resource.empty()) {
    return absl::StrCat(who, " has ", reason.have, " of ", reason.limit, " running gangs",
                        Tail(reason));
  }
  return absl::StrCat(who, ": ", AmountToString(reason.resource, reason.have), " of ",
                      AmountToString(reason.resource, reason.limit), " ", reason.resource,
                      " used or held, gang needs ", AmountToString(reason.resource, reason.need),
                      Tail(reason));
}

}  // namespace

std::string Message(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kNone: return "";
    case ReasonCode::kGangIncomplete:
      if (reason.need == 0) {
        return absl::StrCat("waiting for ", reason.subject, ", which tells the gang's size",
                            Tail(reason));
      }
      return absl::StrCat("gang has ", reason.have, " of ", reason.need,
                          " members; create the rest", Tail(reason));
    case ReasonCode::kQueueClosed:
      return absl::StrCat("queue ", reason.subject, " takes no new work", Tail(reason));
    case ReasonCode::kQueueQuota:
      return OfLimit(absl::StrCat("queue ", reason.subject), reason);
    case ReasonCode::kUserLimit:
      return OfLimit(reason.subject, reason);
    case ReasonCode::kCapacityShort:
      return absl::StrCat("gang needs ", Amount(reason, reason.need), ", ",
                          AmountToString(reason.resource, reason.have),
                          " free on the nodes that admit it", Tail(reason));
    case ReasonCode::kFragmented:
      return absl::StrCat("enough is free in sum, in pieces too small: room for ", reason.have,
                          " of ", reason.need, " members", Tail(reason));
    case ReasonCode::kPredicate:
      return absl::StrCat("no node admits role ", reason.subject, Tail(reason));
    case ReasonCode::kWaitingForVictims:
      return absl::StrCat("starts where ", reason.have, reason.have == 1 ? " pod is" : " pods are",
                          " being evicted for it", Tail(reason));
    case ReasonCode::kBehindHead:
      return absl::StrCat("behind ", reason.subject, ", which needs the same nodes first",
                          Tail(reason));
    case ReasonCode::kBindRefused:
      return absl::StrCat("the API server refused a bind; tried again after a back-off",
                          Tail(reason));
    case ReasonCode::kRepairing:
      return absl::StrCat("started, ", reason.have, " of ", reason.need,
                          " members have room; repaired before new gangs start", Tail(reason));
    case ReasonCode::kNeverFits:
      if (reason.resource.empty()) {
        return absl::StrCat("the empty cluster would have room for ", reason.limit, " of ",
                            reason.need, " members", Tail(reason));
      }
      return absl::StrCat("gang needs ", Amount(reason, reason.need), ", ", reason.subject,
                          " allows ", AmountToString(reason.resource, reason.limit), Tail(reason));
    case ReasonCode::kConfigError: return absl::StrCat(reason.subject, ": ", reason.detail);
    case ReasonCode::kForbidden:
      return absl::StrCat("gang may not use queue ", reason.subject, Tail(reason));
  }
  return "";
}

}  // namespace muster
