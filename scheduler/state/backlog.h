// SPDX-License-Identifier: Apache-2.0
// Waiting gangs in the lines in which they stand from one cycle to the next: a decision looks at
// who has changed and at who is asked, and not at each of ten thousand that wait as before.
//
// Invariant, after cycle/standing.h has put in place whoever has changed: each gang that wants
// something of a decision (State::attention) is in one line, or begun, or among those aside.
// Derived only: dropping it changes no decision.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/shared_reason.h"
#include "scheduler/state/answers.h"

namespace muster {

class Backlog {
 public:
  // By priority and then arrival.
  struct Entry {
    int32_t priority = 0;
    uint64_t arrival = 0;
    GangId gang;
    uint32_t kind = 0;  // of asker (askers.h)
    uint32_t run = 0;   // gangs of one number are estimated to run as long as each other
    friend bool operator<(const Entry& a, const Entry& b) {
      if (a.priority != b.priority) return a.priority > b.priority;
      return a.arrival != b.arrival ? a.arrival < b.arrival : a.gang < b.gang;
    }
  };
  using Line = absl::btree_set<Entry>;
  // All of a leaf stand in one, named "", where users do not matter. None is empty.
  struct UserLine {
    std::string user;
    Line line;
  };
  using Leaf = std::vector<UserLine>;  // by user
  // One that waits and may not stand in line now.
  struct Aside {
    GangId gang;
    SharedReason why;
  };

  // The gang is another than when it was put in place, or is gone.
  void Changed(GangId gang);
  // All are.
  void Clear();

  // Takes those that have changed out of wherever they are, and those aside, since they may stand
  // in line by now; who has changed is in none before it is put in place.
  std::vector<GangId> TakeChanged(size_t gangs);
  // `line` is the user's name, or "".
  void PutInLine(const Gang& gang, const std::string& line, uint32_t kind);
  void PutAside(GangId gang, Reason why);
  void PutBegun(GangId gang);

  // Those with somebody in line.
  const absl::btree_set<QueueId>& leaves() const { return active_; }
  const Leaf& of(QueueId leaf) const { return leaves_[leaf.value]; }
  bool InLine(GangId gang) const {
    return gang.value < places_.size() && places_[gang.value].where == Where::kInLine;
  }
  // Those in line, by kind, in no order.
  const std::vector<std::vector<GangId>>& kinds() const { return kinds_; }
  uint32_t KindOf(GangId in_line) const { return places_[in_line.value].entry.kind; }
  // Starting or started.
  const absl::btree_set<GangId>& begun() const { return begun_; }
  const std::vector<Aside>& aside() const { return aside_; }
  // How many numbers of Entry::run there are.
  size_t runs() const { return runs_.size(); }
  Answers& answers() { return answers_; }

 private:
  enum class Where : uint8_t { kElsewhere, kInLine, kBegun };
  struct Place {
    Where where = Where::kElsewhere;  // aside_ or nowhere
    bool changed = false;
    QueueId leaf;
    std::string line;
    Entry entry;
    uint32_t at = 0;  // in kinds_[entry.kind]
  };
  Place& PlaceOf(GangId gang);
  void Leave(GangId gang);
  uint32_t RunOf(const Gang& gang);

  std::vector<Place> places_;  // by gang slot
  std::vector<GangId> changed_;
  bool all_changed_ = true;
  std::vector<Leaf> leaves_;  // by queue
  absl::btree_set<QueueId> active_;
  std::vector<std::vector<GangId>> kinds_;
  absl::btree_set<GangId> begun_;
  std::vector<Aside> aside_;
  absl::btree_map<std::tuple<absl::Duration, QueueId, std::string>, uint32_t> runs_;
  Answers answers_;  // of these kinds
};

}  // namespace muster
