// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/line.h"

#include <algorithm>

namespace muster {

Line::Line(const Backlog::Leaf& leaf, const absl::btree_set<GangId>& gone, const State& state,
           const GangOrder& order)
    : gone_(gone), state_(state), order_(order) {
  heads_.reserve(leaf.size());
  for (const Backlog::UserLine& user : leaf) {
    Rest rest{user.line.begin(), user.line.end()};
    PassGone(&rest);
    if (rest.next != rest.end) heads_.push_back(rest);
  }
  Reorder();
}

void Line::PassGone(Rest* rest) const {
  if (gone_.empty()) return;
  while (rest->next != rest->end && gone_.contains(rest->next->gang)) ++rest->next;
}

void Line::Reorder() { std::make_heap(heads_.begin(), heads_.end(), GoesLater{*this}); }

const Backlog::Entry& Line::Pop() {
  if (heads_.size() > 1) std::pop_heap(heads_.begin(), heads_.end(), GoesLater{*this});
  Rest& rest = heads_.back();
  popped_ = rest;
  ++rest.next;
  PassGone(&rest);
  if (rest.next == rest.end) {
    heads_.pop_back();
  } else if (heads_.size() > 1) {
    std::push_heap(heads_.begin(), heads_.end(), GoesLater{*this});
  }
  return *popped_.next;
}

void Line::PutBack() {
  const auto same = std::find_if(heads_.begin(), heads_.end(),
                                 [this](const Rest& rest) { return rest.end == popped_.end; });
  if (same == heads_.end()) {
    heads_.push_back(popped_);
  } else {
    *same = popped_;
  }
  Reorder();
}

}  // namespace muster
