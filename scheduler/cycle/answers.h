// SPDX-License-Identifier: Apache-2.0
// What the kinds of waiting gangs (state/askers.h) were told last in this cycle: true for the next
// one of the kind as long as nothing has started and no head more is in the way of its leaf.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "scheduler/model/reason.h"

namespace muster {

class Answers {
 public:
  // What an answer depends on besides the kind.
  struct AsOf {
    size_t steps = 0;
    size_t heads = 0;
    friend bool operator==(const AsOf&, const AsOf&) = default;
  };

  // nullptr: to be asked.
  const Reason* Find(uint32_t kind, const AsOf& now) const {
    if (kind >= at_.size() || at_[kind] == 0) return nullptr;
    const Answer& answer = answers_[at_[kind] - 1];
    return answer.as_of == now ? &answer.reason : nullptr;
  }
  void Add(uint32_t kind, const AsOf& now, const Reason& reason) {
    if (kind >= at_.size()) at_.resize(kind + 1);
    if (at_[kind] == 0) {
      answers_.push_back({now, reason});
      at_[kind] = static_cast<uint32_t>(answers_.size());
    } else {
      answers_[at_[kind] - 1] = {now, reason};
    }
  }

 private:
  struct Answer {
    AsOf as_of;
    Reason reason;
  };
  std::vector<uint32_t> at_;  // by kind: index of its answer, plus one
  std::deque<Answer> answers_;
};

}  // namespace muster
