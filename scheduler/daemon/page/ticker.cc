// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/ticker.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/page/answer_json.h"
#include "scheduler/daemon/page/fields.h"

namespace muster::daemon {
namespace {

constexpr int kGangsAtOnce = 1000;
constexpr int kDecisionsAtOnce = 200;
// Decisions that are there come at once; there is no waiting for others.
constexpr absl::Duration kNoWaiting = absl::Milliseconds(50);
const Sight kAll;

// Of a clock that never jumps.
absl::Time Now() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

Ticker::Ticker(Questions* questions, std::shared_ptr<EventLog> events, TickPace pace)
    : questions_(questions), events_(std::move(events)), pace_(pace), thread_([this] { Run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  events_->Close();
  thread_.join();
}

Page Ticker::Join(const HttpRequest& request) {
  Fields fields(request.query);
  // For a reader that cannot set a header; the header, which a browser sends by itself, is newer.
  std::string id = fields.Text("last_event_id");
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  if (!request.last_event_id.empty()) id = request.last_event_id;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Now() - ticked_ > pace_.memory) {
    const absl::StatusOr<Listing> listing = Ask();
    if (!listing.ok()) return ErrorPage(listing.status());
    events_->Clear();
    changes_.Begin(*listing);
    const auto newest = questions_->DecisionsAfter(-1, 1, kAll, kNoWaiting);
    decision_ = newest.ok() && !newest->empty() ? newest->back().number() : 0;
    ticked_ = Now();
  }
  const int64_t resumed = events_->Resume(id);
  const int64_t after = resumed >= 0 ? resumed : events_->last();
  Page page;
  page.content_type = "text/event-stream";
  page.body =
      absl::StrCat("retry: 2000\nid: ", events_->Id(after),
                   "\nevent: hello\ndata: {\"resumed\":", resumed >= 0 ? "true" : "false", "}\n\n");
  page.events_after = after;
  return page;
}

void Ticker::Run() {
  while (events_->AwaitListener()) {
    std::unique_lock<std::mutex> lock(mutex_);
    const absl::Time start = Now();
    const bool answered = Tick();
    // Waiting for an answer that does not come costs the scheduler nothing.
    const absl::Duration cost = answered ? (Now() - start) / pace_.share : absl::ZeroDuration();
    const absl::Duration pause = std::max(pace_.period, std::min(cost, pace_.longest));
    stop_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; });
    if (stopping_) return;
  }
}

absl::StatusOr<Listing> Ticker::Ask() {
  absl::StatusOr<v1::ListQueuesResponse> queues = questions_->ListQueues({}, kAll, pace_.patience);
  if (!queues.ok()) return queues.status();
  Listing listing{*std::move(queues), {}, true};
  v1::ListGangsRequest request;
  request.set_page_size(kGangsAtOnce);
  do {
    absl::StatusOr<v1::ListGangsResponse> page =
        questions_->ListGangs(request, kAll, pace_.patience);
    if (!page.ok()) return page.status();
    for (v1::Gang& gang : *page->mutable_gangs()) listing.gangs.push_back(std::move(gang));
    request.set_page_token(page->next_page_token());
    if (!request.page_token().empty()) listing.at_once = false;
  } while (!request.page_token().empty());
  return listing;
}

// Those since the last that was told.
void Ticker::AskDecisions(std::vector<v1::Decision>* decisions) {
  auto more = questions_->DecisionsAfter(decision_, kDecisionsAtOnce, kAll, kNoWaiting);
  if (!more.ok() || more->empty()) return;
  decision_ = more->back().number();
  *decisions = *std::move(more);
}

bool Ticker::Tick() {
  const absl::StatusOr<Listing> listing = Ask();
  const std::string trouble = listing.ok() ? "" : std::string(listing.status().message());
  if (trouble != trouble_) {
    v1::Decision told;
    told.set_message(trouble);
    events_->Append("trouble", ToJson(told));
    trouble_ = trouble;
  }
  if (!listing.ok()) return false;
  const Difference difference = changes_.Take(*listing, pace_.most_gangs);
  std::vector<v1::Decision> decisions;
  AskDecisions(&decisions);
  ticked_ = Now();
  if (difference.empty() && decisions.empty()) return true;
  events_->Append("tick", absl::StrCat("{\"queues\":", ToJson(difference.queues),
                                       ",\"gangs\":", ToJson(difference.gangs),
                                       ",\"gone\":", ToJson(difference.gone),
                                       ",\"decisions\":", ToJson(decisions), "}"));
  return true;
}

}  // namespace muster::daemon
