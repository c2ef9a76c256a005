// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/meter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scheduler/daemon/cost/money.h"
#include "test/daemon/cost/history.h"

namespace muster::daemon {
namespace {

// All that somebody takes, found by looking at every pod and every hold.
struct Taking {
  Account account;
  Part part;
  CostKind kind = CostKind::kRequested;
  int64_t count = 1;
  std::string uid;  // of a pod
  bool evicting = false;
};

struct Shot {
  absl::Time at;
  std::vector<Taking> takings;
  std::vector<std::string> succeeded;  // uids
};

Taking Take(const History& history, const Gang& gang, RoleId role, NodeId id, CostKind kind) {
  const State& state = history.state();
  const Node& node = history.NodeNamed(state.nodes().at(id).name);
  Taking taking;
  taking.account = {gang.queue.valid() ? state.tree().at(gang.queue).path : "(none)", gang.ns,
                    gang.user, gang.app, NodeTypeOf(node)};
  taking.part.amounts = state.roles().at(role).each;
  taking.part.money =
      MoneyAnHour(state.config().prices, node, state.resources(), taking.part.amounts);
  taking.kind = kind;
  return taking;
}

Shot Shoot(const History& history) {
  const State& state = history.state();
  Shot shot;
  shot.at = history.now();
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || !slot.footing.gang.valid()) continue;
    if (slot.footing.standing == Standing::kSucceeded) shot.succeeded.push_back(slot.pod.uid);
    if (!OnNode(slot.footing.standing)) continue;
    Taking taking = Take(history, state.gang(slot.footing.gang), slot.footing.role,
                         slot.footing.node, CostKind::kRequested);
    taking.uid = slot.pod.uid;
    taking.evicting = slot.evicting;
    shot.takings.push_back(taking);
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid()) continue;
    for (const HoldSlot& hold : gang.holds) {
      shot.takings.push_back(Take(history, gang, gang.executor, hold.node, CostKind::kIdle));
      shot.takings.back().count = hold.count;
    }
    for (const RepairHold& repair : gang.repairs) {
      shot.takings.push_back(Take(history, gang, repair.role, repair.node, CostKind::kIdle));
    }
  }
  return shot;
}

// The slow way: every interval between two shots, for everything that was taken in it.
class Oracle {
 public:
  void See(Shot shot) { shots_.push_back(std::move(shot)); }

  Ledger::Rows Since(absl::Time since) const {
    Ledger::Rows rows;
    std::map<std::string, absl::Time> from;
    for (size_t i = 0; i < shots_.size(); ++i) {
      const Shot& shot = shots_[i];
      const bool last = i + 1 == shots_.size();
      const absl::Time until = last ? shot.at : shots_[i + 1].at;
      std::map<std::string, absl::Time> still;
      for (const Taking& taking : shot.takings) {
        const absl::Duration time = until - std::clamp(since, shot.at, until);
        rows[taking.account][static_cast<size_t>(taking.kind)].Add(
            taking.part, absl::int128(taking.count) * absl::ToInt64Nanoseconds(time));
        if (taking.uid.empty()) continue;
        const auto before = from.find(taking.uid);
        still[taking.uid] = before == from.end() ? shot.at : before->second;
        if (last || !taking.evicting || until < since || !EndsIn(shots_[i + 1], taking.uid)) {
          continue;
        }
        rows[taking.account][static_cast<size_t>(CostKind::kLost)].Add(
            taking.part, absl::ToInt64Nanoseconds(until - still[taking.uid]));
      }
      from.swap(still);
    }
    return rows;
  }

 private:
  static bool EndsIn(const Shot& next, const std::string& uid) {
    const bool there = std::any_of(next.takings.begin(), next.takings.end(),
                                   [&](const Taking& taking) { return taking.uid == uid; });
    return !there &&
           std::find(next.succeeded.begin(), next.succeeded.end(), uid) == next.succeeded.end();
  }

  std::vector<Shot> shots_;
};

// Of the part beyond zero, so that accounts with nothing are like none.
std::string Text(const Ledger::Rows& rows) {
  std::string text;
  for (const auto& [account, sums] : rows) {
    for (size_t kind = 0; kind < kCostKinds; ++kind) {
      for (size_t column = 0; column < sums[kind].columns(); ++column) {
        const absl::int128 amount = sums[kind].amount(column);
        const absl::int128 money = sums[kind].money(column);
        if (amount == 0 && money == 0) continue;
        absl::StrAppend(&text, account.queue, " ", account.ns, " ", account.user, " ", account.app,
                        " ", account.node_type, " ", Name(static_cast<CostKind>(kind)), " ", column,
                        " ", absl::Int128High64(amount), ":", absl::Int128Low64(amount), " ",
                        absl::Int128High64(money), ":", absl::Int128Low64(money), "\n");
      }
    }
  }
  return text;
}

// The first line that one has and the other has not.
std::string Difference(const std::string& a, const std::string& b) {
  const std::vector<std::string> of_a = absl::StrSplit(a, '\n');
  const std::vector<std::string> of_b = absl::StrSplit(b, '\n');
  for (size_t i = 0; i < std::max(of_a.size(), of_b.size()); ++i) {
    const std::string x = i < of_a.size() ? of_a[i] : "";
    const std::string y = i < of_b.size() ? of_b[i] : "";
    if (x != y) return absl::StrCat("\"", x, "\" against \"", y, "\"");
  }
  return "";
}

TEST_CASE("the meter agrees with the sum over everything, whatever happens") {
  int64_t idle = 0;
  int64_t lost = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    History history(seed);
    CostMeter meter;
    Oracle oracle;
    history.Step(&meter);
    const absl::Time begin = history.now();
    oracle.See(Shoot(history));
    for (int step = 0; step < 250; ++step) {
      history.Step(&meter);
      oracle.See(Shoot(history));
    }
    const absl::Time middle = begin + (history.now() - begin) / 2;
    for (absl::Time since : {begin, middle, history.now() - absl::Minutes(30)}) {
      const absl::Time covers = meter.ledger().Covers(since);
      REQUIRE(covers <= since);
      REQUIRE(since - covers < absl::Hours(1));
      const Ledger::Rows rows = meter.ledger().Since(since, history.now());
      REQUIRE(Difference(Text(rows), Text(oracle.Since(covers))) == "");
      for (const auto& [account, sums] : rows) {
        idle += sums[static_cast<size_t>(CostKind::kIdle)].zero() ? 0 : 1;
        lost += sums[static_cast<size_t>(CostKind::kLost)].zero() ? 0 : 1;
      }
    }
  }
  // The histories have all of it.
  CHECK(idle > 100);
  CHECK(lost > 100);
}

TEST_CASE("what queues took is the sum of their accounts, also where few accounts are kept") {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    History history(seed);
    History same(seed);
    CostMeter meter;
    CostMeter narrow(Ledger::Limits{2, 100'000});
    for (int step = 0; step < 150; ++step) {
      history.Step(&meter);
      same.Step(&narrow);
    }
    const auto by_queue = [&](CostMeter* of) {
      Ledger::Rows sums;
      for (const auto& [account, row] : of->ledger().Since(absl::InfinitePast(), history.now())) {
        for (size_t kind = 0; kind < kCostKinds; ++kind) {
          sums[Account{account.queue, "", "", "", ""}][kind].Add(row[kind], 1);
        }
      }
      return Text(sums);
    };
    Ledger::Rows totals;
    for (const auto& [path, sums] : meter.ledger().QueueTotals(history.now(), {"etl", "adhoc"})) {
      totals[Account{path, "", "", "", ""}] = sums;
    }
    CHECK(by_queue(&meter) == Text(totals));
    CHECK(by_queue(&narrow) == Text(totals));
  }
}

}  // namespace
}  // namespace muster::daemon
