// SPDX-License-Identifier: Apache-2.0
// What the kinds of waiting gangs (askers.h) were told last: true for the next one of the kind as
// long as nothing has started in this cycle and no head more is in the way of its leaf. Where the
// answer of a later cycle says the same it is the same object, so that whoever renders answers
// knows without reading that nothing is new.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/shared_reason.h"

namespace muster {

class Answers {
 public:
  struct Asker {
    uint32_t kind = 0;
    absl::Duration run;  // its estimate, where a date may be in the way
  };
  // What an answer depends on besides.
  struct AsOf {
    size_t steps = 0;
    size_t heads = 0;
    friend bool operator==(const AsOf&, const AsOf&) = default;
  };

  // A cycle begins: everybody is to be asked.
  void Begin() { ++cycle_; }
  // nullptr: to be asked.
  const SharedReason* Find(const Asker& asker, const AsOf& now) const {
    if (asker.kind >= kinds_.size()) return nullptr;
    const std::vector<Answer>& answers = kinds_[asker.kind];
    const auto at = PlaceOf(answers, asker.run);
    const bool known = at != answers.end() && at->run == asker.run;
    return known && at->cycle == cycle_ && at->as_of == now ? &at->reason : nullptr;
  }
  // The reason as it is to be told.
  const SharedReason& Add(const Asker& asker, const AsOf& now, const SharedReason& reason) {
    if (kinds_.size() <= asker.kind) kinds_.resize(asker.kind + 1);
    std::vector<Answer>& answers = kinds_[asker.kind];
    if (answers.size() >= kManyRuns) {  // estimates move with every job that ends
      std::erase_if(answers, [this](const Answer& answer) { return answer.cycle != cycle_; });
    }
    auto at = PlaceOf(answers, asker.run);
    if (at == answers.end() || at->run != asker.run)
      at = answers.insert(at, {asker.run, {}, 0, {}});
    if (!(at->reason == reason)) at->reason = reason;
    at->as_of = now;
    at->cycle = cycle_;
    return at->reason;
  }

  size_t size() const {
    size_t all = 0;
    for (const std::vector<Answer>& answers : kinds_) all += answers.size();
    return all;
  }

 private:
  static constexpr size_t kManyRuns = 64;
  struct Answer {
    absl::Duration run;
    AsOf as_of;
    uint64_t cycle = 0;
    SharedReason reason;
  };
  template <typename Answers>
  static auto PlaceOf(Answers& answers, absl::Duration run) -> decltype(answers.begin()) {
    return std::lower_bound(
        answers.begin(), answers.end(), run,
        [](const Answer& answer, absl::Duration than) { return answer.run < than; });
  }

  std::vector<std::vector<Answer>> kinds_;  // by run
  uint64_t cycle_ = 0;
};

}  // namespace muster
