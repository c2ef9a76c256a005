// SPDX-License-Identifier: Apache-2.0
// The gangs of one leaf that may start, in the leaf's order. Users have a line of their own, by
// priority and then arrival: only the heads of the lines are compared, so that a user's usage may
// change between two questions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policies/policy.h"

namespace muster {

class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void Add(const Gang& gang) { LineOf(gang.user).gangs.push_back(gang.id); }
  // After the last Add, before the first question.
  void Sort(const State& state, const GangOrder& order);

  bool empty() const { return heads_.empty(); }
  // The gang that goes first; the line must not be empty.
  GangId First() const { return heads_.front()->gangs.back(); }
  GangId Pop(const State& state, const GangOrder& order);
  // One that was popped, to where it was.
  void PutBack(const Gang& gang, const State& state, const GangOrder& order);
  // What users have in the leaf has changed: who goes first may be another.
  void Reorder(const State& state, const GangOrder& order);

  int32_t waiting = 0;  // tried, and told why not

 private:
  struct UserLine {
    std::vector<GangId> gangs;  // reversed: its head is at the back
  };
  UserLine& LineOf(const std::string& user);

  std::map<std::string, UserLine> by_user_;
  std::map<std::string, UserLine>::iterator last_ = by_user_.end();  // of the last Add
  std::vector<UserLine*> heads_;  // a heap of those that are not empty: the first goes first
};

}  // namespace muster
