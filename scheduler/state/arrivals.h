// SPDX-License-Identifier: Apache-2.0
// Numbers gangs in their order of arrival (model/gang.h, ArrivedBefore), so that orders compare
// numbers and not names. Most gangs come after all others and get the next number; one that comes
// in between has those after it numbered anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "scheduler/model/gang.h"
#include "scheduler/state/backlog.h"

namespace muster {

class Arrivals {
 public:
  // The gang is new, or what it is ordered by has changed: it has no number until Number.
  void Add(Gang* gang) {
    gang->arrival = 0;
    fresh_.push_back(gang->id);
  }
  // Gives every gang a number, and has those that had another one put in line anew. O(new ones x
  // log), and O(all) where one came in between.
  void Number(std::deque<Gang>* gangs, Backlog* backlog);

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(fresh_, entries_, live_);
  }

 private:
  struct Entry {
    GangId id;
    uint64_t number = 0;
  };
  void DropStale(const std::deque<Gang>& gangs);

  std::vector<GangId> fresh_;
  // By number; stale where the gang has another number now.
  std::vector<Entry> entries_;
  size_t live_ = 0;  // at the last DropStale
};

}  // namespace muster
