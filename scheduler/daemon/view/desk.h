// SPDX-License-Identifier: Apache-2.0
// Where other threads' questions wait until the loop's thread answers them, between two of its
// steps. Nothing is rendered while nobody asks; few questions wait at a time; and a turn of
// answering takes little time, so that asking does not delay decisions.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// What others answer; one that is missing is Unimplemented. On the loop's thread.
struct DeskOthers {
  std::function<absl::StatusOr<std::string>(const Scene&)> dump;
  std::function<absl::StatusOr<v1::GetCostResponse>(const v1::GetCostRequest&, const Sight&)> cost;
};

class Desk : public Questions {
 public:
  static constexpr size_t kWaiting = 64;

  // `wake` makes the loop's thread come to Answer or Refuse soon; called on any thread. `ring`
  // outlives the desk.
  Desk(DecisionRing* ring, std::function<void()> wake, DeskOthers others = {})
      : ring_(ring), wake_(std::move(wake)), others_(std::move(others)) {}

  // --- the loop's thread ---
  // Answers what waits, in order, until a turn is over; what is left has the next one.
  void Answer(const Scene& scene);
  // There is nothing to look at: all that waits is told why (Unavailable).
  void Refuse(absl::string_view why);

  // Nothing is answered any more. Any thread.
  void Close();

  // --- any other thread ---
  absl::StatusOr<v1::ListQueuesResponse> ListQueues(const v1::ListQueuesRequest& request,
                                                    const Sight& sight,
                                                    absl::Duration patience) override;
  absl::StatusOr<v1::ListGangsResponse> ListGangs(const v1::ListGangsRequest& request,
                                                  const Sight& sight,
                                                  absl::Duration patience) override;
  absl::StatusOr<v1::Explanation> Explain(const v1::ExplainRequest& request, const Sight& sight,
                                          absl::Duration patience) override;
  absl::StatusOr<v1::ListNodesResponse> ListNodes(const v1::ListNodesRequest& request,
                                                  const Sight& sight,
                                                  absl::Duration patience) override;
  absl::StatusOr<std::string> DumpState(absl::Duration patience) override;
  absl::StatusOr<v1::WhatIfResponse> WhatIf(const v1::WhatIfRequest& request,
                                            absl::Duration patience) override;
  absl::StatusOr<v1::GetCostResponse> GetCost(const v1::GetCostRequest& request, const Sight& sight,
                                              absl::Duration patience) override;
  // Does not wait for the loop: the recent past is kept beside it.
  absl::StatusOr<std::vector<v1::Decision>> DecisionsAfter(int64_t after, int most,
                                                           const Sight& sight,
                                                           absl::Duration patience) override;
  // Namespaces in which gangs exist, sorted.
  absl::StatusOr<std::vector<std::string>> Namespaces(absl::Duration patience);

 private:
  struct Question {
    std::function<void(const Scene&)> render;
    // Guarded by mutex_.
    bool done = false;
    bool given_up = false;
    absl::Status refused;
    std::condition_variable settled;
  };
  using Waiting = std::shared_ptr<Question>;

  template <typename Reply>
  absl::StatusOr<Reply> Ask(std::function<absl::StatusOr<Reply>(const Scene&)> render,
                            absl::Duration patience);
  absl::Status Await(const Waiting& question, absl::Duration patience);
  // The next that somebody still waits for; null where there is none.
  Waiting Take();
  void Settle(const Waiting& question, absl::Status refused);

  DecisionRing* const ring_;
  const std::function<void()> wake_;
  const DeskOthers others_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<Waiting> waiting_;
  bool closed_ = false;
};

}  // namespace muster::daemon
