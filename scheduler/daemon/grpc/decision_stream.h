// SPDX-License-Identifier: Apache-2.0
// One reader of decisions as they happen. It holds its place among them and few that were fetched;
// what has been forgotten before it came to it is missing in the numbers.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "scheduler/daemon/grpc/outflow.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

class DecisionStream : public Outflow<v1::Decision> {
 public:
  // Whether the caller may (still) see it, and how much. May wait.
  using Review = std::function<absl::StatusOr<Sight>()>;
  using Gone = std::function<void(const DecisionStream*)>;

  DecisionStream(Questions* questions, const v1::WatchDecisionsRequest& request, Review review,
                 Gone gone);

  // Begins with what was asked of the past, or ends it. May wait.
  void Begin();
  // There may be news; all that there was up to number `last` is no news any more.
  void Advance(int64_t last);
  // Asks again whether it may be seen. May wait.
  void LookAgain();

  void OnDone() override { gone_(this); }

 private:
  bool Next(v1::Decision* decision) override;
  absl::StatusOr<std::vector<v1::Decision>> Past(const Sight& sight);
  // In order; they are sent from the end.
  void Take(const std::vector<v1::Decision>& decisions, int most);

  Questions* const questions_;
  const v1::WatchDecisionsRequest request_;
  const Review review_;
  const Gone gone_;
  // Guarded by mutex_.
  Sight sight_;
  bool begun_ = false;
  int64_t after_ = 0;
  int64_t known_ = 0;                  // of the last Advance
  std::vector<v1::Decision> fetched_;  // the next one last
};

}  // namespace muster::daemon
