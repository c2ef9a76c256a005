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

bool CuredByNodes(const Reason& reason) {
  switch (reason.code == ReasonCode::kRepairing ? reason.cause : reason.code) {
    case ReasonCode::kCapacityShort:
    case ReasonCode::kFragmented: return true;
    case ReasonCode::kPredicate: return !reason.by_field;
    default: return false;
  }
}

namespace {

std::string Of(const Reason& reason, int64_t amount) {
  return AmountToString(reason.resource, amount);
}

std::string Amount(const Reason& reason, int64_t amount) {
  return absl::StrCat(Of(reason, amount), " ", reason.resource);
}

std::string UseOfLimit(const Reason& reason, absl::string_view whose) {
  if (reason.resource.empty()) {
    return absl::StrCat(whose, " has ", reason.have, " of ", reason.limit, " running gangs");
  }
  return absl::StrCat(whose, ": ", Of(reason, reason.have), " of ", Of(reason, reason.limit), " ",
                      reason.resource, " used or held, gang needs ", Of(reason, reason.need));
}

std::string UnblockLimit(const Reason& reason, absl::string_view whose, absl::string_view limit) {
  if (reason.resource.empty()) {
    return absl::StrCat("starts when one of them ends or ", limit, " is raised");
  }
  const int64_t missing =
      SaturatingAdd(SaturatingAdd(reason.need, reason.have), SaturatingMultiply(reason.limit, -1));
  return absl::StrCat("starts when ", whose, " frees ", Amount(reason, missing), " or ", limit,
                      " is raised");
}

std::string RoomFor(const Reason& reason, int64_t room) {
  return absl::StrCat("room for ", reason.at_most ? "at most " : "", room, " of ", reason.need,
                      " members");
}

std::string Said(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kNone: return "";
    case ReasonCode::kGangIncomplete:
      if (reason.need == 0) {
        return absl::StrCat("waiting for ", reason.subject, ", which tells the gang's size");
      }
      return absl::StrCat("gang has ", reason.have, " of ", reason.need, " members");
    case ReasonCode::kQueueClosed:
      return absl::StrCat("queue ", reason.subject, " takes no new work");
    case ReasonCode::kQueueQuota: return UseOfLimit(reason, absl::StrCat("queue ", reason.subject));
    case ReasonCode::kUserLimit: return UseOfLimit(reason, reason.subject);
    case ReasonCode::kCapacityShort:
      if (!reason.subject.empty()) {
        return absl::StrCat("gang needs ", Amount(reason, reason.need), " for ", reason.subject,
                            ", ", Of(reason, reason.have), " free on the nodes that admit these");
      }
      return absl::StrCat("gang needs ", Amount(reason, reason.need), ", ", Of(reason, reason.have),
                          " free on the nodes that admit it");
    case ReasonCode::kFragmented:
      return absl::StrCat("enough is free in sum, in pieces too small: ",
                          RoomFor(reason, reason.have));
    case ReasonCode::kPredicate: return absl::StrCat("no node admits role ", reason.subject);
    case ReasonCode::kWaitingForVictims:
      return absl::StrCat(reason.have, reason.have == 1 ? " pod is" : " pods are",
                          " being evicted for it");
    case ReasonCode::kBehindHead:
      return absl::StrCat("behind ", reason.subject, ", which needs the same nodes first");
    case ReasonCode::kBindRefused: return "the API server refused a bind";
    case ReasonCode::kRepairing:
      return absl::StrCat("started, ", reason.have, " of ", reason.need, " members have room");
    case ReasonCode::kNeverFits:
      if (reason.resource.empty()) {
        return absl::StrCat("the empty cluster would have ", RoomFor(reason, reason.limit));
      }
      return absl::StrCat("gang needs ", Amount(reason, reason.need), ", ", reason.subject,
                          " allows ", Of(reason, reason.limit));
    case ReasonCode::kConfigError: return reason.subject;
    case ReasonCode::kForbidden: return absl::StrCat("gang may not use queue ", reason.subject);
  }
  return "";
}

std::string UnblockNeverFits(const Reason& reason) {
  if (reason.resource.empty() || reason.subject == kAllNodes) {
    return "starts when nodes are added that hold it, or it asks for less";
  }
  return absl::StrCat("starts when that is raised to ", Amount(reason, reason.need),
                      ", or it asks for less");
}

}  // namespace

std::string Unblock(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kNone: return "";
    case ReasonCode::kGangIncomplete:
      if (reason.need == 0) return "starts when it can be read";
      return absl::StrCat("starts when ", reason.need - reason.have, " more exist");
    case ReasonCode::kQueueClosed: return "starts when the queue is open again";
    case ReasonCode::kQueueQuota:
      return UnblockLimit(reason, "the queue",
                          reason.resource.empty() ? "its maxRunning" : "its max");
    case ReasonCode::kUserLimit: return UnblockLimit(reason, reason.subject, "the limit");
    case ReasonCode::kCapacityShort:
      return absl::StrCat("starts when at least ", Amount(reason, reason.need - reason.have),
                          " more become free");
    case ReasonCode::kFragmented:
      return absl::StrCat("starts when nodes have room for ", reason.at_most ? "at least " : "",
                          reason.need - reason.have, " more");
    case ReasonCode::kPredicate:
      return reason.by_field ? "starts when it does without that field"
                             : "starts when a node that admits it joins";
    case ReasonCode::kWaitingForVictims:
      return reason.have == 1 ? "starts when it is gone" : "starts when they are gone";
    case ReasonCode::kBehindHead: return "starts after it";
    case ReasonCode::kBindRefused: return "tried again after a back-off";
    case ReasonCode::kRepairing: return "repaired before new gangs start";
    case ReasonCode::kNeverFits: return UnblockNeverFits(reason);
    case ReasonCode::kConfigError: return "starts when that is corrected";
    case ReasonCode::kForbidden: return "starts when the config allows it";
  }
  return "";
}

std::string Message(const Reason& reason) {
  if (reason.code == ReasonCode::kNone) return "";
  const absl::string_view colon = reason.code == ReasonCode::kConfigError ? ": " : "; ";
  return absl::StrCat(Said(reason), reason.detail.empty() ? "" : colon, reason.detail, "; ",
                      Unblock(reason));
}

}  // namespace muster
