// SPDX-License-Identifier: Apache-2.0
// What the kinds of waiting gangs (state/askers.h) were told last in this cycle: true for the next
// one of the kind as long as nothing has started and no head more is in the way of its leaf.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "scheduler/model/reason.h"

namespace muster {

class Answers {
 public:
  struct Asker {
    uint32_t kind = 0;
    absl::Duration run;  // its estimate, where a date may be in the way
    friend bool operator<(const Asker& a, const Asker& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.run < b.run;
    }
  };
  // What an answer depends on besides.
  struct AsOf {
    size_t steps = 0;
    size_t heads = 0;
    friend bool operator==(const AsOf&, const AsOf&) = default;
  };

  // nullptr: to be asked.
  const Reason* Find(const Asker& asker, const AsOf& now) const {
    const auto found = answers_.find(asker);
    return found != answers_.end() && found->second.as_of == now ? &found->second.reason : nullptr;
  }
  void Add(const Asker& asker, const AsOf& now, const Reason& reason) {
    answers_[asker] = {now, reason};
  }

 private:
  struct Answer {
    AsOf as_of;
    Reason reason;
  };
  absl::btree_map<Asker, Answer> answers_;
};

}  // namespace muster
