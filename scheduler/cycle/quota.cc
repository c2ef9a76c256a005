// SPDX-License-Identifier: Apache-2.0
// The limits of queues, users and groups, and which of them is in a gang's way.
#include "absl/strings/str_cat.h"
#include "scheduler/cycle/fit.h"

namespace muster {

namespace {

Reason ShortOf(const State& state, ReasonCode code, uint32_t column, const Amounts& amounts) {
  Reason reason;
  reason.code = code;
  reason.resource = std::string(state.resources().Name(column));
  reason.need = amounts[column];
  return reason;
}

Reason QueueExcess(const State& state, ReasonCode code, const Tree::Excess& excess,
                   const Amounts& amounts) {
  const Queue& at = state.tree().at(excess.queue);
  Reason reason = ShortOf(state, code, excess.column, amounts);
  const bool never = code == ReasonCode::kNeverFits;
  reason.subject = never ? absl::StrCat("max of queue ", at.path) : at.path;
  reason.have = SaturatingAdd(AmountAt(at.used, excess.column), AmountAt(at.held, excess.column));
  reason.limit = at.limit[excess.column];
  const bool by_max = excess.column < at.max.size() && at.max[excess.column] == reason.limit;
  if (by_max) return reason;
  reason.detail = "it is not reclaimable, so it stays within what it is guaranteed";
  if (never) reason.subject = absl::StrCat("guaranteed of queue ", at.path);
  return reason;
}

Reason UserExcess(const State& state, ReasonCode code, const UserBooks::Excess& excess,
                  const Amounts& amounts) {
  Reason reason;
  reason.code = code;
  if (!excess.of_gangs) reason = ShortOf(state, code, excess.column, amounts);
  reason.subject = absl::StrCat(excess.who.group ? "group " : "user ", excess.who.name,
                                " in queue ", state.tree().at(excess.who.queue).path);
  if (code == ReasonCode::kNeverFits) reason.subject = absl::StrCat("max of ", reason.subject);
  reason.have = excess.have;
  reason.limit = excess.limit;
  return reason;
}

}  // namespace

Reason CheckQuota(const State& state, const Gang& gang, const Amounts& amounts, Asks asks) {
  const Tree& tree = state.tree();
  const UserBooks& users = state.user_books();
  const Tree::Excess alone = tree.ExceedsEmpty(gang.queue, amounts);
  if (alone.queue.valid()) return QueueExcess(state, ReasonCode::kNeverFits, alone, amounts);
  if (const auto excess = users.ExceedsEmpty(tree, gang.queue, gang.user, amounts)) {
    return UserExcess(state, ReasonCode::kNeverFits, *excess, amounts);
  }
  const Tree::Excess now = tree.Exceeds(gang.queue, amounts);
  if (now.queue.valid()) return QueueExcess(state, ReasonCode::kQueueQuota, now, amounts);
  const QueueId full = asks == Asks::kStart ? tree.FullOfGangs(gang.queue) : QueueId{};
  if (full.valid()) {
    return Reason{.code = ReasonCode::kQueueQuota,
                  .subject = tree.at(full).path,
                  .have = tree.at(full).running,
                  .limit = *tree.at(full).max_running};
  }
  const int32_t gangs = asks == Asks::kStart ? 1 : 0;
  if (const auto excess = users.Exceeds(tree, gang.queue, gang.user, amounts, gangs)) {
    return UserExcess(state, ReasonCode::kUserLimit, *excess, amounts);
  }
  return {};
}

}  // namespace muster
