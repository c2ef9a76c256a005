// SPDX-License-Identifier: Apache-2.0
// The gangs of one leaf that may start, in the leaf's order: by priority and then arrival, all of
// them, or where it matters what users have, those of each user. Then only the heads of the users'
// lines are compared, so that a user's usage may change between two questions.
#pragma once

#include <cstdint>
#include <deque>
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

  // Of a gang that has its number (state/arrivals.h). The order is the same in all calls.
  void Add(const Gang& gang, const GangOrder& order);
  // After the last Add, before the first question.
  void Sort(const State& state, const GangOrder& order);

  bool empty() const { return all_.empty() && heads_.empty(); }
  // The gang that goes first; the line must not be empty.
  GangId First() const { return all_.empty() ? heads_.front()->head() : all_.head(); }
  GangId Pop(const State& state, const GangOrder& order);
  // The one that was popped last, to where it was.
  void PutBack(const Gang& gang, const State& state, const GangOrder& order);
  // What users have in the leaf has changed: who goes first may be another.
  void Reorder(const State& state, const GangOrder& order);

  int32_t waiting = 0;  // tried, and told why not

 private:
  struct Entry {
    int32_t priority = 0;
    uint64_t arrival = 0;
    GangId gang;
    bool operator<(const Entry& other) const {
      return priority != other.priority ? priority > other.priority : arrival < other.arrival;
    }
  };
  struct Queued {
    std::vector<Entry> entries;
    size_t next = 0;
    bool empty() const { return next == entries.size(); }
    GangId head() const { return entries[next].gang; }
    void Sort();
  };
  Queued& LineOf(const std::string& user);

  Queued all_;  // where users do not matter
  std::map<std::string, Queued> by_user_;
  std::map<std::string, Queued>::iterator last_ = by_user_.end();  // of the last Add
  std::vector<Queued*> heads_;  // a heap of users' lines that are not empty: the first goes first
};

// Those of all leaves. Asking for one costs no search, however many leaves there are.
class Lines {
 public:
  explicit Lines(size_t queues) : place_(queues, kNone) {}

  // Empty, where it is asked for the first time.
  Line& of(QueueId leaf) {
    uint32_t& place = place_[leaf.value];
    if (place == kNone) {
      place = static_cast<uint32_t>(leaves_.size());
      leaves_.push_back(leaf);
      lines_.emplace_back();
    }
    return lines_[place];
  }
  const Line& of(QueueId leaf) const { return lines_[place_[leaf.value]]; }
  // That have been asked for.
  const std::vector<QueueId>& leaves() const { return leaves_; }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  std::vector<uint32_t> place_;  // by queue
  std::vector<QueueId> leaves_;
  std::deque<Line> lines_;
};

}  // namespace muster
