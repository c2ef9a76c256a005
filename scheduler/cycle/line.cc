// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/line.h"

#include <algorithm>

namespace muster {

namespace {

// Heaps have the greatest in front: the one that goes last is the least.
auto GoesLater(const State& state, const GangOrder& order) {
  return [&state, &order](const auto* a, const auto* b) {
    return order.Before(state.gang(b->gangs.back()), state.gang(a->gangs.back()), state);
  };
}

}  // namespace

Line::UserLine& Line::LineOf(const std::string& user) {
  if (last_ == by_user_.end() || last_->first != user) last_ = by_user_.try_emplace(user).first;
  return last_->second;
}

void Line::Sort(const State& state, const GangOrder& order) {
  for (auto& [user, line] : by_user_) {
    std::sort(line.gangs.begin(), line.gangs.end(), [&state](GangId a, GangId b) {
      const Gang& x = state.gang(a);
      const Gang& y = state.gang(b);
      return x.priority != y.priority ? x.priority < y.priority : ArrivedBefore(y, x);
    });
    heads_.push_back(&line);
  }
  Reorder(state, order);
}

void Line::Reorder(const State& state, const GangOrder& order) {
  std::make_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
}

GangId Line::Pop(const State& state, const GangOrder& order) {
  std::pop_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
  UserLine* line = heads_.back();
  const GangId gang = line->gangs.back();
  line->gangs.pop_back();
  if (line->gangs.empty()) {
    heads_.pop_back();
  } else {
    std::push_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
  }
  return gang;
}

void Line::PutBack(const Gang& gang, const State& state, const GangOrder& order) {
  UserLine& line = LineOf(gang.user);
  if (line.gangs.empty()) heads_.push_back(&line);
  line.gangs.push_back(gang.id);
  Reorder(state, order);
}

}  // namespace muster
