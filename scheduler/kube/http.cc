// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/http.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/boot_clock.h"
#include "scheduler/kube/connection_pool.h"
#include "scheduler/kube/exchange.h"

namespace muster::kube {
namespace {

constexpr absl::string_view kLaneNames[kLaneCount] = {"stream", "read", "bind", "write", "lease"};

// What may stand as one word in a line of a head: nothing that would begin another one.
bool IsWord(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

absl::string_view Name(Lane lane) { return kLaneNames[static_cast<size_t>(lane)]; }

class Http::Core : public Exchange::Host {
 public:
  Core(Credentials credentials, HttpLimits limits)
      : credentials_(std::move(credentials)), limits_(limits), tokens_(credentials_) {
    broken_ = Prepare();
  }

  Id Add(HttpRequest request, Chunk chunk, Done done) {
    const Id id = ++last_id_;
    lanes_[Index(request.lane)].waiting.push_back(id);
    exchanges_.emplace(id, std::make_unique<Exchange>(*this, id, std::move(request),
                                                      std::move(chunk), std::move(done)));
    return id;
  }

  void Cancel(Id id) {
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end()) return;
    Exchange& exchange = *it->second;
    if (exchange.started() && !exchange.ended()) {
      --lanes_[Index(exchange.request().lane)].in_flight;
      if (exchange.connection() != nullptr) pool_->Drop(exchange.connection());
      exchange.LetGo();
    }
    // It may be the one that is being told something right now. An id still waiting in its lane is
    // skipped when its turn comes.
    cancelled_.push_back(std::move(it->second));
    exchanges_.erase(it);
  }

  bool Withdraw(Id id) {
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end() || it->second->started()) return false;
    exchanges_.erase(it);
    return true;
  }

  void Poll(absl::Duration wait) {
    const bool busy = !ended_.empty() || CanStart();
    sockets_.Wait(busy ? absl::ZeroDuration()
                       : std::clamp(next_due_ - clock_.Now(), absl::ZeroDuration(), wait));
    const absl::Duration now = clock_.Now();
    if (now >= next_due_) ExpireDue(now);
    Deliver(now);
    // After the news of the connections: one that the server closed meanwhile is not written to.
    StartWaiting(now);
    if (pool_ != nullptr) pool_->OpenNew(now);
    cancelled_.clear();
    if (pool_ != nullptr) pool_->Sweep();
  }

  void Wake() { sockets_.Wake(); }

  size_t Pending(Lane lane) const {
    const LaneState& state = lanes_[Index(lane)];
    const auto waits = [this](Id id) { return exchanges_.contains(id); };
    return static_cast<size_t>(std::count_if(state.waiting.begin(), state.waiting.end(), waits)) +
           state.in_flight;
  }

  std::function<bool()> may_write_;
  Observer observer_;

 private:
  struct LaneState {
    std::deque<Id> waiting;
    size_t in_flight = 0;
  };

  static size_t Index(Lane lane) { return static_cast<size_t>(lane); }

  // What is wrong with the credentials is told as the answer to every request.
  absl::Status Prepare() {
    absl::StatusOr<Origin> origin = ParseOrigin(credentials_.server);
    if (!origin.ok()) return origin.status();
    origin_ = *std::move(origin);
    std::unique_ptr<TlsContext> tls;
    if (origin_.tls) {
      absl::StatusOr<std::unique_ptr<TlsContext>> made =
          TlsContext::Make(credentials_, origin_.host);
      if (!made.ok()) return made.status();
      tls = *std::move(made);
    }
    pool_ = std::make_unique<ConnectionPool>(sockets_, origin_, std::move(tls));
    return absl::OkStatus();
  }

  bool CanStart() const {
    for (size_t i = 0; i < kLaneCount; ++i) {
      if (!lanes_[i].waiting.empty() && HasRoom(i)) return true;
    }
    return false;
  }

  bool HasRoom(size_t lane) const {
    size_t bound = limits_.in_flight[lane];
    if (lane == Index(Lane::kWrite) && lanes_[Index(Lane::kBind)].in_flight > 0) {
      bound = std::min(bound, limits_.writes_beside_binds);
    }
    return bound == 0 || lanes_[lane].in_flight < bound;
  }

  void StartWaiting(absl::Duration now) {
    for (size_t i = 0; i < kLaneCount; ++i) {
      std::deque<Id>& waiting = lanes_[i].waiting;
      while (!waiting.empty() && HasRoom(i)) {
        const auto it = exchanges_.find(waiting.front());
        waiting.pop_front();
        if (it != exchanges_.end()) Start(*it->second, now);
      }
    }
  }

  void Start(Exchange& exchange, absl::Duration now) {
    ++lanes_[Index(exchange.request().lane)].in_flight;
    if (!broken_.ok()) {
      exchange.Fail(broken_);
      return;
    }
    exchange.Start(pool_->Take(now), now, limits_.connect);
    if (!exchange.ended()) next_due_ = std::min(next_due_, exchange.due());
  }

  void ExpireDue(absl::Duration now) {
    std::vector<Exchange*> over;
    next_due_ = absl::InfiniteDuration();
    for (const auto& [id, exchange] : exchanges_) {
      if (!exchange->started() || exchange->ended()) continue;
      if (exchange->due() <= now)
        over.push_back(exchange.get());
      else
        next_due_ = std::min(next_due_, exchange->due());
    }
    for (Exchange* exchange : over) exchange->Expire();
  }

  void Deliver(absl::Duration now) {
    for (Id id : std::exchange(ended_, {})) {
      const auto it = exchanges_.find(id);
      if (it == exchanges_.end()) continue;  // cancelled by one before it
      const std::unique_ptr<Exchange> exchange = std::move(it->second);
      exchanges_.erase(it);
      if (observer_) {
        observer_(exchange->request().lane, exchange->reply().code, now - exchange->started_at());
      }
      if (exchange->reply().code == 401) tokens_.Distrust();
      exchange->Deliver();
    }
  }

  absl::StatusOr<std::string> Text(const HttpRequest& request) override {
    const std::string& token = tokens_.Current(clock_.Now());
    if (token != token_ || head_.empty()) {
      if (!IsWord(token)) return absl::InvalidArgumentError("expected a token without blanks");
      token_ = token;
      head_ = absl::StrCat(" HTTP/1.1\r\nHost: ", origin_.authority, "\r\nUser-Agent: muster\r\n",
                           token.empty() ? "" : "Authorization: Bearer ", token,
                           token.empty() ? "" : "\r\n", "Accept: ");
    }
    if (!IsWord(request.path)) return absl::InvalidArgumentError("expected a path without blanks");
    if (request.content_type.empty()) {
      return absl::StrCat(request.method, " ", origin_.prefix, request.path, head_, request.accept,
                          "\r\n\r\n");
    }
    return absl::StrCat(request.method, " ", origin_.prefix, request.path, head_, request.accept,
                        "\r\nContent-Type: ", request.content_type,
                        "\r\nContent-Length: ", request.body.size(), "\r\n\r\n", request.body);
  }

  std::string Called(const HttpRequest& request) const override {
    return absl::StrCat(request.method, " ", credentials_.server, request.path);
  }

  bool MayWrite() const override { return !may_write_ || may_write_(); }

  void OnEnded(Exchange& exchange) override {
    --lanes_[Index(exchange.request().lane)].in_flight;
    if (Connection* connection = exchange.connection()) {
      const bool keep = exchange.reusable();
      exchange.LetGo();
      if (keep)
        pool_->Keep(connection, clock_.Now());
      else
        pool_->Drop(connection);
    }
    ended_.push_back(exchange.id());
  }

  const Credentials credentials_;
  const HttpLimits limits_;
  SystemBootClock clock_;  // for durations and token age only
  TokenSource tokens_;
  Origin origin_;
  absl::Status broken_;
  std::string token_;  // that head_ is made with
  std::string head_;   // of every request, from behind its path
  Sockets sockets_;
  std::unique_ptr<ConnectionPool> pool_;
  Id last_id_ = 0;
  LaneState lanes_[kLaneCount];
  absl::Duration next_due_ = absl::InfiniteDuration();  // no later than the first deadline
  absl::flat_hash_map<Id, std::unique_ptr<Exchange>> exchanges_;
  std::vector<Id> ended_;  // in order, not told yet
  std::vector<std::unique_ptr<Exchange>> cancelled_;
};

Http::Http(Credentials credentials, HttpLimits limits)
    : core_(std::make_unique<Core>(std::move(credentials), limits)) {}
Http::~Http() = default;

void Http::set_may_write(std::function<bool()> may_write) {
  core_->may_write_ = std::move(may_write);
}
void Http::set_observer(Observer observer) { core_->observer_ = std::move(observer); }

Http::Id Http::Send(HttpRequest request, Done done) {
  return core_->Add(std::move(request), nullptr, std::move(done));
}
Http::Id Http::Stream(HttpRequest request, Chunk chunk, Done done) {
  return core_->Add(std::move(request), std::move(chunk), std::move(done));
}
void Http::Cancel(Id id) { core_->Cancel(id); }
bool Http::Withdraw(Id id) { return core_->Withdraw(id); }
void Http::Poll(absl::Duration wait) { core_->Poll(wait); }
void Http::Wake() { core_->Wake(); }
size_t Http::Pending(Lane lane) const { return core_->Pending(lane); }

}  // namespace muster::kube
