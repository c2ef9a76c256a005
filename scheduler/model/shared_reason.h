// SPDX-License-Identifier: Apache-2.0
// A reason that many verdicts share: most of a backlog waits for the same. Never changed once it is
// made, so that a copy costs no strings.
#pragma once

#include <memory>
#include <utility>

#include "scheduler/model/reason.h"

namespace muster {

class SharedReason {
 public:
  SharedReason() : reason_(Nothing()) {}
  // Implicit: wherever a reason is said, it may be shared from then on.
  SharedReason(Reason reason)  // NOLINT(google-explicit-constructor)
      : reason_(std::make_shared<const Reason>(std::move(reason))) {}
  operator const Reason&() const { return *reason_; }  // NOLINT(google-explicit-constructor)
  const Reason& operator*() const { return *reason_; }
  const Reason* operator->() const { return reason_.get(); }

  // Whether it is the same one, and not only says the same.
  bool Is(const SharedReason& other) const { return reason_ == other.reason_; }
  friend bool operator==(const SharedReason& a, const SharedReason& b) {
    return a.Is(b) || *a == *b;
  }

 private:
  static const std::shared_ptr<const Reason>& Nothing() {
    static const auto* const nothing =
        new std::shared_ptr<const Reason>(std::make_shared<const Reason>());
    return *nothing;
  }

  std::shared_ptr<const Reason> reason_;
};

}  // namespace muster
