// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/desk.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/view/explain_view.h"
#include "scheduler/daemon/view/gang_list.h"
#include "scheduler/daemon/view/node_view.h"
#include "scheduler/daemon/view/queue_view.h"
#include "scheduler/daemon/view/what_if.h"

namespace muster::daemon {
namespace {

// Of one turn; the question under way is ended.
constexpr auto kTurn = std::chrono::milliseconds(10);

absl::Status NotHere(absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat("this daemon does not answer ", what));
}

absl::Status Stopping() { return absl::UnavailableError("the daemon is stopping"); }

}  // namespace

absl::Status Desk::Await(const Waiting& question, absl::Duration patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) return Stopping();
  if (waiting_.size() >= kWaiting) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kWaiting, " questions wait for an answer already; ask again later"));
  }
  waiting_.push_back(question);
  lock.unlock();
  wake_();
  lock.lock();
  const auto most =
      absl::ToChronoNanoseconds(std::clamp(patience, absl::ZeroDuration(), absl::Hours(1)));
  if (question->settled.wait_for(lock, most, [&] { return question->done; })) {
    return question->refused;
  }
  question->given_up = true;
  return absl::DeadlineExceededError("no answer in time: the daemon is busy, or just starting");
}

template <typename Reply>
absl::StatusOr<Reply> Desk::Ask(std::function<absl::StatusOr<Reply>(const Scene&)> render,
                                absl::Duration patience) {
  // Shared: whoever asked may have gone while it is being answered.
  const auto answer = std::make_shared<std::optional<absl::StatusOr<Reply>>>();
  const auto question = std::make_shared<Question>();
  question->render = [answer, render = std::move(render)](const Scene& scene) {
    answer->emplace(render(scene));
  };
  const absl::Status status = Await(question, patience);
  if (!status.ok()) return status;
  return *std::move(*answer);
}

Desk::Waiting Desk::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (!waiting_.empty()) {
    Waiting question = std::move(waiting_.front());
    waiting_.pop_front();
    if (!question->given_up) return question;
  }
  return nullptr;
}

void Desk::Settle(const Waiting& question, absl::Status refused) {
  const std::lock_guard<std::mutex> lock(mutex_);
  question->done = true;
  question->refused = std::move(refused);
  question->settled.notify_all();
}

void Desk::Answer(const Scene& scene) {
  const auto over = std::chrono::steady_clock::now() + kTurn;
  while (const Waiting question = Take()) {
    question->render(scene);
    Settle(question, absl::OkStatus());
    if (std::chrono::steady_clock::now() < over) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!waiting_.empty()) wake_();
    return;
  }
}

void Desk::Refuse(absl::string_view why) {
  while (const Waiting question = Take()) Settle(question, absl::UnavailableError(why));
}

void Desk::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  while (const Waiting question = Take()) Settle(question, Stopping());
  ring_->Close();
}

absl::StatusOr<v1::ListQueuesResponse> Desk::ListQueues(const v1::ListQueuesRequest& request,
                                                        const Sight& sight,
                                                        absl::Duration patience) {
  return Ask<v1::ListQueuesResponse>(
      [request, sight](const Scene& scene) { return daemon::ListQueues(scene, request, sight); },
      patience);
}

absl::StatusOr<v1::ListGangsResponse> Desk::ListGangs(const v1::ListGangsRequest& request,
                                                      const Sight& sight, absl::Duration patience) {
  return Ask<v1::ListGangsResponse>(
      [request, sight](const Scene& scene) { return daemon::ListGangs(scene, request, sight); },
      patience);
}

absl::StatusOr<v1::Explanation> Desk::Explain(const v1::ExplainRequest& request, const Sight& sight,
                                              absl::Duration patience) {
  return Ask<v1::Explanation>(
      [request, sight](const Scene& scene) { return daemon::Explain(scene, request, sight); },
      patience);
}

absl::StatusOr<v1::ListNodesResponse> Desk::ListNodes(const v1::ListNodesRequest& request,
                                                      const Sight&, absl::Duration patience) {
  return Ask<v1::ListNodesResponse>(
      [request](const Scene& scene) { return daemon::ListNodes(scene, request); }, patience);
}

absl::StatusOr<std::string> Desk::DumpState(absl::Duration patience) {
  if (!others_.dump) return NotHere("with a dump of its state");
  return Ask<std::string>(others_.dump, patience);
}

absl::StatusOr<v1::WhatIfResponse> Desk::WhatIf(const v1::WhatIfRequest& request,
                                                absl::Duration patience) {
  const auto copied = Ask<std::shared_ptr<const Copied>>(
      [](const Scene& scene) { return CopyOf(scene.state, scene.now); }, patience);
  if (!copied.ok()) return copied.status();
  const auto config = ConfigFrom(request.config(), (*copied)->state.config());
  if (!config.ok()) return config.status();
  return daemon::WhatIf(**copied, *config);
}

absl::StatusOr<v1::GetCostResponse> Desk::GetCost(const v1::GetCostRequest& request,
                                                  const Sight& sight, absl::Duration patience) {
  if (!others_.cost) return NotHere("what work has cost");
  return Ask<v1::GetCostResponse>(
      [this, request, sight](const Scene&) { return others_.cost(request, sight); }, patience);
}

absl::StatusOr<std::vector<v1::Decision>> Desk::DecisionsAfter(int64_t after, int most,
                                                               const Sight& sight,
                                                               absl::Duration patience) {
  int64_t until = 0;
  std::vector<v1::Decision> decisions;
  for (const DecisionRing::Entry& entry :
       ring_->After(after, static_cast<size_t>(std::max(most, 0)), sight, patience, &until)) {
    decisions.push_back(Render(*entry, sight));
  }
  return decisions;
}

absl::StatusOr<std::vector<std::string>> Desk::Namespaces(absl::Duration patience) {
  return Ask<std::vector<std::string>>(
      [](const Scene& scene) -> absl::StatusOr<std::vector<std::string>> {
        std::set<std::string> names;
        for (const Gang& gang : scene.state.gangs()) {
          if (gang.id.valid()) names.insert(gang.ns);
        }
        return std::vector<std::string>(names.begin(), names.end());
      },
      patience);
}

}  // namespace muster::daemon
