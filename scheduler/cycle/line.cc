// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/line.h"

#include <algorithm>

namespace muster {

namespace {

// Heaps have the greatest in front: the one that goes last is the least.
auto GoesLater(const State& state, const GangOrder& order) {
  return [&state, &order](const auto* a, const auto* b) {
    return order.Before(state.gang(b->head()), state.gang(a->head()), state);
  };
}

}  // namespace

// Gangs mostly come in order.
void Line::Queued::Sort() {
  if (!std::is_sorted(entries.begin(), entries.end())) std::sort(entries.begin(), entries.end());
}

Line::Queued& Line::LineOf(const std::string& user) {
  if (last_ == by_user_.end() || last_->first != user) last_ = by_user_.try_emplace(user).first;
  return last_->second;
}

void Line::Add(const Gang& gang, const GangOrder& order) {
  Queued& line = order.by_user() ? LineOf(gang.user) : all_;
  line.entries.push_back({gang.priority, gang.arrival, gang.id});
}

void Line::Sort(const State& state, const GangOrder& order) {
  all_.Sort();
  for (auto& [user, line] : by_user_) {
    line.Sort();
    heads_.push_back(&line);
  }
  Reorder(state, order);
}

void Line::Reorder(const State& state, const GangOrder& order) {
  std::make_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
}

GangId Line::Pop(const State& state, const GangOrder& order) {
  if (!all_.empty()) return all_.entries[all_.next++].gang;
  std::pop_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
  Queued* line = heads_.back();
  const GangId gang = line->entries[line->next++].gang;
  if (line->empty()) {
    heads_.pop_back();
  } else {
    std::push_heap(heads_.begin(), heads_.end(), GoesLater(state, order));
  }
  return gang;
}

void Line::PutBack(const Gang& gang, const State& state, const GangOrder& order) {
  Queued& line = order.by_user() ? LineOf(gang.user) : all_;
  if (order.by_user() && line.empty()) heads_.push_back(&line);
  --line.next;
  Reorder(state, order);
}

}  // namespace muster
