// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/decided.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/daemon/view/sight.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

absl::string_view StepName(StepKind kind) {
  switch (kind) {
    case StepKind::kStart: return "start";
    case StepKind::kComplete: return "complete";
    case StepKind::kSettle: return "settle";
    case StepKind::kRepair: return "repair";
    case StepKind::kRehold: return "rehold";
    case StepKind::kGrow: break;
  }
  return "grow";
}

std::string Counted(int64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

std::string SaidOfStep(const Decided& decided) {
  std::string text = absl::StrCat(Counted(decided.pods, "member"), " placed");
  if (decided.held > 0) absl::StrAppend(&text, ", room for ", decided.held, " more held");
  if (decided.step == StepKind::kStart) {
    absl::StrAppend(&text, ", after a wait of ",
                    absl::FormatDuration(absl::Trunc(decided.wait, absl::Milliseconds(1))));
  }
  return text;
}

std::string Said(const Decided& decided) {
  switch (decided.kind) {
    case Decided::Kind::kStep: return SaidOfStep(decided);
    case Decided::Kind::kWait: return Message(decided.reason);
    case Decided::Kind::kRelease:
      return absl::StrCat("its start is given up: ", decided.pods, " of ", decided.minimum,
                          " members were bound, and there is no room for the others");
    case Decided::Kind::kEvict:
      return absl::StrCat("evicted whole for gang ", decided.other, ", ",
                          Counted(decided.pods, "pod"));
    case Decided::Kind::kShrink:
      return absl::StrCat("loses ", Counted(decided.pods, "member"), " above its minimum for gang ",
                          decided.other);
    case Decided::Kind::kClaim: break;
  }
  return absl::StrCat("starts where ", Counted(decided.victims, "gang"), " with ",
                      Counted(decided.pods, "pod"), " were");
}

}  // namespace

absl::string_view KindOf(const Decided& decided) {
  switch (decided.kind) {
    case Decided::Kind::kStep: return StepName(decided.step);
    case Decided::Kind::kWait: return "wait";
    case Decided::Kind::kRelease: return "release";
    case Decided::Kind::kEvict:
    case Decided::Kind::kShrink: return "evict";
    case Decided::Kind::kClaim: break;
  }
  return "claim";
}

v1::Decision Render(const Decided& decided, const Sight& sight) {
  v1::Decision decision;
  *decision.mutable_at() = Timestamp(decided.at);
  decision.set_number(decided.number);
  decision.set_kind(std::string(KindOf(decided)));
  decision.set_gang(absl::StrCat(decided.ns, "/", decided.name));
  decision.set_queue(decided.queue);
  if (decided.kind == Decided::Kind::kWait) {
    decision.set_reason(std::string(Name(decided.reason.code)));
  } else if (decided.kind == Decided::Kind::kEvict || decided.kind == Decided::Kind::kShrink) {
    decision.set_reason(std::string(Name(decided.cause)));
  }
  decision.set_message(Veiled(Said(decided), sight));
  decision.set_pods(decided.pods + decided.held);
  decision.set_other(Veiled(decided.other, sight));
  return decision;
}

bool Asks(const v1::WatchDecisionsRequest& request, const v1::Decision& decision) {
  if (!request.gang().empty() && request.gang() != decision.gang()) return false;
  if (!request.namespace_().empty() &&
      !absl::StartsWith(decision.gang(), absl::StrCat(request.namespace_(), "/"))) {
    return false;
  }
  return IsWithin(decision.queue(), request.queue());
}

}  // namespace muster::daemon
