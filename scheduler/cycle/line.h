// SPDX-License-Identifier: Apache-2.0
// The gangs of one leaf that may start, in the leaf's order, while a cycle goes through them: by
// priority and then arrival, all of them, or where it matters what users have, those of each user.
// Then only the heads of the users' lines are compared, so that a user's usage may change between
// two questions. Where they stand is the backlog's (state/backlog.h).
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/btree_set.h"
#include "policies/policy.h"
#include "scheduler/state/backlog.h"

namespace muster {

class Line {
 public:
  // Of those that have not `gone`: started already. All three must outlive it.
  Line(const Backlog::Leaf& leaf, const absl::btree_set<GangId>& gone, const State& state,
       const GangOrder& order);

  bool empty() const { return heads_.empty(); }
  // The one that goes first; the line must not be empty.
  const Backlog::Entry& First() const { return *heads_.front().next; }
  const Backlog::Entry& Pop();
  // The one that was popped last, to where it was.
  void PutBack();
  // What users have in the leaf has changed: who goes first may be another.
  void Reorder();

  int32_t waiting = 0;  // tried, and told why not

 private:
  // What is left of one user's.
  struct Rest {
    Backlog::Line::const_iterator next;
    Backlog::Line::const_iterator end;
  };
  // Heaps have the greatest in front: the one that goes last is the least.
  struct GoesLater {
    bool operator()(const Rest& a, const Rest& b) const {
      return line.order_.Before(line.state_.gang(b.next->gang), line.state_.gang(a.next->gang),
                                line.state_);
    }
    const Line& line;
  };
  void PassGone(Rest* rest) const;

  const absl::btree_set<GangId>& gone_;
  const State& state_;
  const GangOrder& order_;
  std::vector<Rest> heads_;  // a heap of what is not empty: the first goes first
  Rest popped_;              // as it was before the last Pop
};

// Those of all leaves. Asking for one costs no search, however many leaves there are.
class Lines {
 public:
  explicit Lines(const State& state) : state_(state), place_(state.tree().size(), kNone) {}

  // A gang of some line has started already; before its leaf's line is opened.
  void Leave(GangId gang) { gone_.insert(gang); }
  void Open(QueueId leaf, const GangOrder& order) {
    place_[leaf.value] = static_cast<uint32_t>(leaves_.size());
    leaves_.push_back(leaf);
    lines_.emplace_back(state_.backlog().of(leaf), gone_, state_, order);
  }

  // Of one that was opened.
  Line& of(QueueId leaf) { return lines_[place_[leaf.value]]; }
  const Line& of(QueueId leaf) const { return lines_[place_[leaf.value]]; }
  const std::vector<QueueId>& leaves() const { return leaves_; }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  const State& state_;
  absl::btree_set<GangId> gone_;
  std::vector<uint32_t> place_;  // by queue
  std::vector<QueueId> leaves_;
  std::deque<Line> lines_;
};

}  // namespace muster
