// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/head_hold.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/head_date.h"

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

std::string Clock(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string TellDate(const Round& round, const BlockedPool& hold) {
  if (hold.date == absl::InfiniteFuture()) {
    return "has no date, since too few of those that run have a known end";
  }
  if (hold.date <= round.now || !hold.last.valid()) return "may start any moment";
  return absl::StrCat("may start by ", Clock(hold.date), " when ", FullName(round.gang(hold.last)),
                      " ends");
}

Reason Behind(const Gang& head) {
  return Reason{.code = ReasonCode::kBehindHead, .subject = FullName(head)};
}

// Calls with each head that binds the gang and could use the same nodes, and whether it binds all
// leaves, until it says false.
template <typename Visit>
void EachAhead(Round& round, const Gang& gang, const Shape& shape, Visit visit) {
  const auto found = round.blocked.find(gang.queue);
  if (found != round.blocked.end()) {
    for (const BlockedPool& hold : found->second) {
      if (Meets(round, hold, shape) && !visit(hold, false)) return;
    }
  }
  for (const BlockedPool& hold : round.starving) {
    if (hold.head != gang.id && Meets(round, hold, shape) && !visit(hold, true)) return;
  }
}

// The hold of a head that binds all leaves, if nothing has started since.
const BlockedPool* DatedAsStarving(const Round& round, const Gang& gang) {
  for (const BlockedPool& hold : round.starving) {
    if (hold.head == gang.id && hold.steps == round.plan->steps.size()) return &hold;
  }
  return nullptr;
}

}  // namespace

bool Meets(Round& round, const BlockedPool& pool, const Shape& shape) {
  if (pool.everywhere) return true;
  for (const Part& part : shape) {
    const auto admission = AdmissionOf(round.draft, round.profile, part.role);
    for (size_t i = 0; i < pool.nodes.size(); ++i) {
      if (pool.nodes[i] && admission[i] > 0) return true;
    }
  }
  return false;
}

BlockedPool HoldFor(Round& round, const Gang& gang, const Shape& shape, bool everywhere) {
  BlockedPool hold{.head = gang.id,
                   .everywhere = everywhere,
                   .dated = true,
                   .behind = Behind(gang),
                   .steps = round.plan->steps.size()};
  if (!everywhere) hold.nodes = PoolOf(round, shape);
  HeadDate date = DateOf(round, gang, shape);
  hold.date = date.at;
  hold.last = date.last;
  hold.kept = std::move(date.kept);
  hold.told = TellDate(round, hold);
  return hold;
}

void Block(Round& round, const Gang& gang, const Shape& shape, bool everywhere, Reason* reason) {
  const Queue& leaf = round.state().tree().at(gang.queue);
  if (!round.order(gang.queue).strict()) return;
  std::vector<BlockedPool>& blocked = round.blocked[gang.queue];
  if (leaf.backfill && reason != nullptr) {
    const BlockedPool* known = everywhere ? nullptr : DatedAsStarving(round, gang);
    blocked.push_back(known != nullptr ? *known : HoldFor(round, gang, shape, everywhere));
    absl::StrAppend(&reason->detail, reason->detail.empty() ? "" : "; ", "it ",
                    blocked.back().told);
    return;
  }
  blocked.push_back(BlockedPool{.head = gang.id, .everywhere = everywhere, .behind = Behind(gang)});
  if (!everywhere) blocked.back().nodes = PoolOf(round, shape);
}

Passing MayPass(Round& round, const Gang& gang, const Shape& shape, absl::Time by) {
  Passing passing;
  const bool limited = round.state().tree().at(gang.queue).limits_users;
  EachAhead(round, gang, shape, [&](const BlockedPool& hold, bool binds_all) {
    if (passing.first == nullptr) passing.first = &hold;
    if (round.gang(hold.head).queue == gang.queue) passing.leads = false;
    passing.may_move = passing.may_move || hold.dated;
    passing.may_lead = passing.may_lead || limited || binds_all;
    passing.may = hold.date != absl::InfiniteFuture();
    if (!passing.may) {
      passing.first = &hold;
    } else if (by > hold.date) {
      passing.beside.push_back(&hold);
    } else if (!passing.passes.valid()) {
      passing.passes = hold.head;
    }
    return passing.may;
  });
  return passing;
}

GangId HeadAhead(Round& round, const Gang& gang, const Shape& shape) {
  GangId head;
  EachAhead(round, gang, shape, [&head](const BlockedPool& hold, bool) {
    head = hold.head;
    return false;
  });
  return head;
}

void Withhold(Round& round, const std::vector<const BlockedPool*>& heads, int32_t times) {
  for (const BlockedPool* hold : heads) {
    for (const KeptRoom& kept : hold->kept) {
      round.draft.Withhold(kept.node, kept.amounts, times);
    }
  }
}

SharedReason BehindHead(const Round& round, const BlockedPool& head, absl::Duration run) {
  if (!head.dated) return head.behind;
  Reason reason = *head.behind;
  absl::StrAppend(&reason.detail, "that ", head.told);
  if (head.date == absl::InfiniteFuture()) return reason;
  if (run == absl::InfiniteDuration()) {
    absl::StrAppend(&reason.detail,
                    "; annotation muster.dev/runtime with less time than that would let it pass");
  } else if (round.now + run > head.date) {
    absl::StrAppend(&reason.detail, "; this one would run for ", absl::FormatDuration(run),
                    " on room that is planned for it");
  } else {
    absl::StrAppend(&reason.detail, "; this one may pass, and finds no room now");
  }
  return reason;
}

}  // namespace muster
