// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/budget_questions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/kube/api_error.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

constexpr int kPage = 500;

std::string ListPath(const std::string& ns, const std::string& continue_token) {
  std::string path = absl::StrCat("/apis/policy/v1/namespaces/", EscapeQuery(ns),
                                  "/poddisruptionbudgets?limit=", kPage);
  if (!continue_token.empty()) absl::StrAppend(&path, "&continue=", EscapeQuery(continue_token));
  return path;
}

// Appends the page's; returns the token of the next one, empty after the last.
absl::StatusOr<std::string> ReadPage(absl::string_view body, std::vector<Budget>* budgets) {
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(body);
  if (!envelope.ok()) return envelope.status();
  absl::StatusOr<codec::ListBody> list = codec::OpenList(envelope->raw);
  if (!list.ok()) return list.status();
  for (absl::string_view item : list->items) {
    absl::StatusOr<Budget> budget = ReadBudget(item);
    if (!budget.ok()) return budget.status();
    budgets->push_back(*std::move(budget));
  }
  return std::move(list->continue_token);
}

}  // namespace

BudgetQuestions::BudgetQuestions(Reactor& reactor, Sink sink, uint64_t seed)
    : reactor_(reactor), sink_(std::move(sink)), seed_(seed) {}

BudgetQuestions::~BudgetQuestions() {
  for (const auto& [order, question] : questions_) {
    for (const auto& [number, exchange] : question->exchanges) reactor_.http().Cancel(exchange);
    reactor_.Cancel(question->limit);
    reactor_.Cancel(question->pause);
  }
}

void BudgetQuestions::Ask(uint64_t order, std::vector<Leaver> pods, absl::Duration give_up) {
  auto question = std::make_unique<Question>(
      Question{{}, {}, {}, Backoff(absl::Milliseconds(200), absl::Seconds(10), seed_ + order), ""});
  for (const Leaver& leaver : pods) {
    question->unsettled.insert(leaver.pod.uid);
    question->namespaces.insert(leaver.pod.ns);
  }
  question->pods = std::move(pods);
  question->limit =
      reactor_.After(give_up - reactor_.Now(), [this, order] { No(order, 0, 0, Late(order)); });
  questions_[order] = std::move(question);
  StartWaiting();
}

// Why there is no answer yet.
std::string BudgetQuestions::Late(uint64_t order) const {
  const Question& question = *questions_.at(order);
  if (question.stage == Stage::kWaiting) return "other pods of its namespace are being evicted";
  return question.last_error.empty() ? "no answer about its budgets" : question.last_error;
}

void BudgetQuestions::Settled(uint64_t order, const std::string& uid) {
  const auto it = questions_.find(order);
  if (it == questions_.end()) return;
  Question& question = *it->second;
  question.unsettled.erase(uid);
  if (!question.unsettled.empty()) return;
  if (question.stage != Stage::kGoing) return Yes(order);  // nothing is left to ask about
  questions_.erase(it);
  StartWaiting();
}

void BudgetQuestions::StartWaiting() {
  for (const auto& [order, question] : questions_) {
    if (question->stage != Stage::kWaiting || !Free(order)) continue;
    question->stage = Stage::kAsking;
    question->unlisted = {question->namespaces.begin(), question->namespaces.end()};
    List(order, "");
  }
}

// No order that may take from its budgets is under way.
bool BudgetQuestions::Free(uint64_t order) const {
  const std::set<std::string>& wanted = questions_.at(order)->namespaces;
  return std::none_of(questions_.begin(), questions_.end(), [&wanted](const auto& entry) {
    const Question& other = *entry.second;
    if (other.stage != Stage::kAsking && other.stage != Stage::kGoing) return false;
    return std::any_of(wanted.begin(), wanted.end(),
                       [&other](const std::string& ns) { return other.namespaces.count(ns) > 0; });
  });
}

void BudgetQuestions::List(uint64_t order, const std::string& continue_token) {
  HttpRequest request;
  request.path = ListPath(questions_.at(order)->unlisted.back(), continue_token);
  Send(order, std::move(request), [this, order](const HttpReply& reply) { OnPage(order, reply); });
}

void BudgetQuestions::OnPage(uint64_t order, const HttpReply& reply) {
  Question& question = *questions_.at(order);
  const std::string what =
      absl::StrCat("listing disruption budgets of namespace ", question.unlisted.back(), ": ");
  if (reply.transport.ok() && reply.code == 403) {
    if (!std::exchange(forbidden_, true)) {
      sink_.problem(absl::StrCat(what, ErrorText(reply), "; evictions are asked pod by pod alone"));
    }
  } else if (!reply.ok()) {
    return Again(order, what + ErrorText(reply), RetryFloor(reply));
  } else {
    forbidden_ = false;
    const absl::StatusOr<std::string> next = ReadPage(reply.body, &question.budgets);
    if (!next.ok()) {
      return Again(order, absl::StrCat(what, next.status().message()), absl::ZeroDuration());
    }
    if (!next->empty()) return List(order, *next);
  }
  question.unlisted.pop_back();
  if (question.unlisted.empty())
    OnListed(order);
  else
    List(order, "");
}

void BudgetQuestions::OnListed(uint64_t order) {
  Question& question = *questions_.at(order);
  std::map<std::string, size_t> pods;
  for (const Leaver& leaver : question.pods) ++pods[leaver.pod.ns];
  std::set<std::string> doubted;
  for (const Budget& budget : question.budgets) {
    if (MayRefuse(budget, pods[budget.ns])) doubted.insert(budget.ns);
  }
  // Backwards: they are taken from the end.
  std::copy_if(question.pods.rbegin(), question.pods.rend(), std::back_inserter(question.unread),
               [&](const Leaver& leaver) {
                 return doubted.count(leaver.pod.ns) > 0 &&
                        question.unsettled.count(leaver.pod.uid) > 0;
               });
  ReadMore(order);
}

void BudgetQuestions::ReadMore(uint64_t order) {
  Question& question = *questions_.at(order);
  while (!question.unread.empty() && question.exchanges.size() < kReads) {
    const Leaver leaver = std::move(question.unread.back());
    question.unread.pop_back();
    HttpRequest request;
    request.path = PodPath(leaver.pod);
    Send(order, std::move(request),
         [this, order, leaver](const HttpReply& reply) { OnPod(order, leaver, reply); });
  }
  if (!question.exchanges.empty()) return;
  std::stable_sort(question.read.begin(), question.read.end(),
                   [](const LeavingPod& a, const LeavingPod& b) { return a.victim < b.victim; });
  if (std::optional<BudgetRefusal> refusal = JudgeTogether(question.budgets, question.read)) {
    No(order, refusal->victim, 429, std::move(refusal->why));
  } else {
    Yes(order);
  }
}

void BudgetQuestions::OnPod(uint64_t order, const Leaver& leaver, const HttpReply& reply) {
  if (!reply.transport.ok() || reply.code != 404) {
    const absl::StatusOr<k8s::Pod> pod =
        reply.ok() ? ReadAnswer<k8s::Pod>(reply) : absl::UnavailableError(ErrorText(reply));
    if (!pod.ok()) {
      return Again(order,
                   absl::StrCat("reading ", Called(leaver.pod), ": ", pod.status().message()),
                   RetryFloor(reply));
    }
    // Another pod of that name is not ours to evict.
    if (pod->metadata().uid() == leaver.pod.uid) {
      questions_.at(order)->read.push_back(ReadLeavingPod(*pod, leaver.victim));
    }
  }
  ReadMore(order);
}

// What is not heard any more, since its question is over or asked anew, is dropped.
void BudgetQuestions::Send(uint64_t order, HttpRequest request,
                           std::function<void(const HttpReply& reply)> hear) {
  const uint64_t number = ++last_exchange_;
  questions_.at(order)->exchanges[number] = reactor_.http().Send(
      std::move(request), [this, order, number, hear = std::move(hear)](const HttpReply& reply) {
        const auto it = questions_.find(order);
        if (it != questions_.end() && it->second->exchanges.erase(number) > 0) hear(reply);
      });
}

void BudgetQuestions::Again(uint64_t order, std::string why, absl::Duration floor) {
  Question& question = *questions_.at(order);
  sink_.problem(why);
  question.last_error = std::move(why);
  Stop(question);
  question.stage = Stage::kPausing;
  question.pause = reactor_.Retry(Lane::kRead, question.backoff.Next(floor), [this, order] {
    questions_.at(order)->stage = Stage::kWaiting;
    StartWaiting();
  });
  StartWaiting();
}

void BudgetQuestions::Yes(uint64_t order) {
  Question& question = *questions_.at(order);
  reactor_.Cancel(question.limit);
  question.stage = Stage::kGoing;
  question.namespaces.clear();
  for (const Budget& budget : question.budgets) question.namespaces.insert(budget.ns);
  Stop(question);
  if (question.namespaces.empty() || question.unsettled.empty()) questions_.erase(order);
  sink_.yes(order);
  StartWaiting();
}

void BudgetQuestions::No(uint64_t order, size_t victim, int code, std::string why) {
  const std::unique_ptr<Question> question = std::move(questions_.at(order));
  questions_.erase(order);
  reactor_.Cancel(question->limit);
  Stop(*question);
  sink_.no(order, victim, code, std::move(why));
  StartWaiting();
}

// Asks no more, and forgets what it heard.
void BudgetQuestions::Stop(Question& question) {
  for (const auto& [number, exchange] : question.exchanges) {
    // Not at once: this may be told from inside an exchange.
    reactor_.Post([&http = reactor_.http(), exchange = exchange] { http.Cancel(exchange); });
  }
  reactor_.Cancel(question.pause);
  question.exchanges.clear();
  question.unlisted.clear();
  question.budgets.clear();
  question.unread.clear();
  question.read.clear();
}

}  // namespace muster::kube
