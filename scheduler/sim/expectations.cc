// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/expectations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "queues/tree.h"

namespace muster::sim {
namespace {

class Comparison {
 public:
  explicit Comparison(const Scene& scene) : scene_(scene) {}

  void operator()(const codec::ExpectGang& expected);
  void operator()(const codec::ExpectPods& expected);
  void operator()(const codec::ExpectQueue& expected);
  void operator()(const codec::ExpectEvents& expected);
  void operator()(const codec::ExpectEvictions& expected);

  std::vector<std::string> Take() { return std::move(differences_); }

 private:
  template <typename Expected, typename Actual>
  void Check(absl::string_view what, const Expected& expected, const Actual& actual) {
    if (expected == actual) return;
    differences_.push_back(absl::StrCat(what, ": expected ", expected, ", is ", actual));
  }
  void CheckNodes(const std::vector<std::string>& globs, const Pod& pod);
  void CheckAmounts(absl::string_view what, const ResourceList& expected, const Amounts& actual);
  // nullptr where no job goes by that name.
  const Job* FindJob(const std::string& name) const;
  const Gang* FindGang(const std::string& ns, const std::string& name) const;
  void CheckVerdict(const codec::ExpectGang& expected, const Gang* gang);
  std::vector<const Pod*> Matching(const std::string& glob) const;

  const Scene& scene_;
  std::vector<std::string> differences_;
};

bool IsBound(const Pod& pod) { return !pod.node_name.empty() && !IsTerminal(pod) && !pod.deleting; }

absl::string_view StateName(const Gang* gang) {
  if (gang == nullptr) return "ended";
  switch (gang->state) {
    case GangState::kWaiting: return "waiting";
    case GangState::kStarting: return "starting";
    case GangState::kStarted: return "started";
    case GangState::kEnded: return "ended";
  }
  return "ended";
}

absl::string_view StateName(codec::ExpectedState state) {
  constexpr absl::string_view kNames[] = {"waiting", "starting", "started", "ended"};
  return kNames[static_cast<int>(state)];
}

const Job* Comparison::FindJob(const std::string& name) const {
  for (const auto& job : scene_.workload->jobs()) {
    if (absl::StrCat(job->spec().ns, "/", job->spec().name) == name) return job.get();
  }
  return nullptr;
}

const Gang* Comparison::FindGang(const std::string& ns, const std::string& name) const {
  const Gang* found = nullptr;
  if (scene_.state == nullptr) return found;
  for (const Gang& gang : scene_.state->gangs()) {
    if (!gang.id.valid() || gang.ns != ns || gang.name != name) continue;
    if (found == nullptr || found->state == GangState::kEnded) found = &gang;
  }
  return found;
}

void Comparison::CheckNodes(const std::vector<std::string>& globs, const Pod& pod) {
  const bool matches =
      globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& g) {
        return GlobMatches(g, pod.node_name);
      });
  if (matches) return;
  differences_.push_back(absl::StrCat("pod ", pod.name, ": expected on ",
                                      absl::StrJoin(globs, " or "), ", is on ", pod.node_name));
}

void Comparison::CheckVerdict(const codec::ExpectGang& expected, const Gang* gang) {
  if (!expected.reason.has_value() && !expected.message.has_value()) return;
  std::string code = "none";
  std::string message;
  for (const Verdict& verdict : *scene_.verdicts) {
    if (gang == nullptr || verdict.gang != gang->id || verdict.reason->code == ReasonCode::kNone)
      continue;
    code = std::string(Name(verdict.reason->code));
    message = Message(verdict.reason);
  }
  if (expected.reason.has_value() && *expected.reason != code) {
    differences_.push_back(
        absl::StrCat("reason: expected ", *expected.reason, ", is ", code, " (", message, ")"));
  }
  if (expected.message.has_value() && !absl::StrContains(message, *expected.message)) {
    differences_.push_back(
        absl::StrCat("message: expected a part \"", *expected.message, "\", is \"", message, "\""));
  }
}

void Comparison::operator()(const codec::ExpectGang& expected) {
  const Job* job = FindJob(expected.gang);
  if (job == nullptr) {
    differences_.push_back(absl::StrCat("no job is called ", expected.gang));
    return;
  }
  if (scene_.state == nullptr) {
    differences_.push_back("the scheduler is down");
    return;
  }
  const Gang* gang = FindGang(job->spec().ns, job->GangName());
  if (expected.state.has_value()) Check("state", StateName(*expected.state), StateName(gang));
  int64_t bound = 0;
  for (const auto& [uid, pod] : scene_.api->pods()) {
    if (scene_.workload->OwnerOf(uid) != job || !IsBound(pod)) continue;
    ++bound;
    CheckNodes(expected.nodes, pod);
  }
  if (expected.bound.has_value()) Check("bound", *expected.bound, bound);
  if (expected.held.has_value())
    Check("held", *expected.held, gang == nullptr ? 0 : HeldMembers(*gang));
  if (expected.claimed.has_value()) {
    int64_t claimed = 0;
    if (gang != nullptr) {
      for (const ClaimSlot& slot : gang->claim) claimed += slot.count;
    }
    Check("claimed", *expected.claimed, claimed);
  }
  if (expected.evicted.has_value()) Check("evicted", *expected.evicted, job->log().evicted);
  CheckVerdict(expected, gang);
  const absl::Duration half = scene_.auditor->LongestHalfBound(*job);
  if (expected.half_bound.has_value() && half > *expected.half_bound) {
    differences_.push_back(absl::StrCat("half-bound: expected at most ",
                                        absl::FormatDuration(*expected.half_bound), ", was ",
                                        absl::FormatDuration(half)));
  }
}

std::vector<const Pod*> Comparison::Matching(const std::string& glob) const {
  std::vector<const Pod*> pods;
  for (const auto& [uid, pod] : scene_.api->pods()) {
    if (GlobMatches(glob, absl::StrCat(pod.ns, "/", pod.name))) pods.push_back(&pod);
  }
  return pods;
}

void Comparison::operator()(const codec::ExpectPods& expected) {
  const std::vector<const Pod*> pods = Matching(expected.pods);
  int64_t bound = 0;
  for (const Pod* pod : pods) {
    if (!IsBound(*pod)) continue;
    ++bound;
    CheckNodes(expected.nodes, *pod);
  }
  if (expected.exist.has_value())
    Check("exist", *expected.exist, static_cast<int64_t>(pods.size()));
  if (expected.bound.has_value()) Check("bound", *expected.bound, bound);
}

void Comparison::CheckAmounts(absl::string_view what, const ResourceList& expected,
                              const Amounts& actual) {
  const ResourceList list = scene_.state->resources().ToList(actual);
  for (const auto& [resource, amount] : expected.entries()) {
    Check(absl::StrCat(what, " ", resource), AmountToString(resource, amount),
          AmountToString(resource, list.Get(resource)));
  }
}

void Comparison::operator()(const codec::ExpectQueue& expected) {
  if (scene_.state == nullptr) {
    differences_.push_back("the scheduler is down");
    return;
  }
  const State& state = *scene_.state;
  const QueueId leaf = state.tree().FindLeaf(expected.queue);
  if (!leaf.valid()) {
    differences_.push_back(absl::StrCat("no leaf queue is called ", expected.queue));
    return;
  }
  const Queue& queue = state.tree().at(leaf);
  if (expected.used.has_value()) CheckAmounts("used", *expected.used, queue.used);
  if (expected.held.has_value()) CheckAmounts("held", *expected.held, queue.held);
  if (expected.waiting.has_value()) {
    const auto waiting =
        std::count_if(state.gangs().begin(), state.gangs().end(), [&](const Gang& gang) {
          return gang.id.valid() && gang.queue == leaf && gang.state == GangState::kWaiting;
        });
    Check("waiting", *expected.waiting, static_cast<int64_t>(waiting));
  }
  if (expected.started.has_value()) {
    const auto started =
        std::count_if(state.gangs().begin(), state.gangs().end(), [&](const Gang& gang) {
          return gang.id.valid() && gang.queue == leaf &&
                 (gang.state == GangState::kStarting || gang.state == GangState::kStarted);
        });
    Check("started", *expected.started, static_cast<int64_t>(started));
  }
}

void Comparison::operator()(const codec::ExpectEvents& expected) {
  int64_t count = 0;
  for (const auto& [key, times] : scene_.api->events()) {
    if (GlobMatches(expected.pods, key.first) && key.second == expected.reason) count += times;
  }
  Check(absl::StrCat("events ", expected.reason), expected.count, count);
}

void Comparison::operator()(const codec::ExpectEvictions& expected) {
  const std::vector<std::string>& evicted = scene_.api->evicted();
  const auto count = std::count_if(evicted.begin(), evicted.end(), [&](const std::string& name) {
    return GlobMatches(expected.pods, name);
  });
  Check("evictions", expected.count, static_cast<int64_t>(count));
}

}  // namespace

std::vector<std::string> Compare(const codec::Expectation& expectation, const Scene& scene) {
  Comparison comparison(scene);
  std::visit(comparison, expectation.what);
  return comparison.Take();
}

}  // namespace muster::sim
