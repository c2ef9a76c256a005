// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/boot_clock.h"
#include "scheduler/kube/sockets.h"
#include "scheduler/model/check.h"

namespace muster::kube {
namespace {

constexpr absl::string_view kLaneNames[kLaneCount] = {"stream", "read", "bind", "write", "lease"};

// Below the server's idle timeout (90 s), so that a request seldom meets a closing connection.
constexpr long kIdleSeconds = 60;
// libcurl allocates its buffers for each transfer anew: large ones make the allocator give memory
// back to the system and fetch it again with every bind.
constexpr long kSmallBuffer = 16L << 10;
constexpr long kLargeBuffer = 128L << 10;
constexpr size_t kErrorBodyBytes = 64 << 10;

curl_blob Borrow(const std::string& text) {
  return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
}

}  // namespace

absl::string_view Name(Lane lane) { return kLaneNames[static_cast<size_t>(lane)]; }

class Http::Core {
 public:
  Core(Credentials credentials, HttpLimits limits)
      : credentials_(std::move(credentials)), limits_(limits), tokens_(credentials_) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = curl_multi_init();
    MUSTER_CHECK(multi_ != nullptr);
    long connections = 32;
    for (size_t bound : limits_.in_flight) connections += static_cast<long>(bound);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    sockets_ = std::make_unique<Sockets>(multi_);
  }

  ~Core() {
    for (auto& [id, transfer] : transfers_) Detach(*transfer);
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  Id Add(HttpRequest request, Chunk chunk, Done done) {
    const Id id = ++last_id_;
    auto transfer = std::make_unique<Transfer>();
    transfer->core = this;
    transfer->id = id;
    transfer->request = std::move(request);
    transfer->chunk = std::move(chunk);
    transfer->done = std::move(done);
    lanes_[Index(transfer->request.lane)].waiting.push_back(id);
    transfers_.emplace(id, std::move(transfer));
    Wake();
    return id;
  }

  void Cancel(Id id) {
    const auto it = transfers_.find(id);
    if (it == transfers_.end()) return;
    if (it->second->easy != nullptr) --lanes_[Index(it->second->request.lane)].in_flight;
    Detach(*it->second);
    transfers_.erase(it);  // an id still waiting in its lane is skipped when its turn comes
  }

  bool Withdraw(Id id) {
    const auto it = transfers_.find(id);
    if (it == transfers_.end() || it->second->easy != nullptr) return false;
    transfers_.erase(it);
    return true;
  }

  void Poll(absl::Duration wait) {
    StartWaiting();
    sockets_->RunDue();
    if (Finish()) return;
    sockets_->Wait(wait);
    Finish();
  }

  void Wake() { sockets_->Wake(); }

  size_t Pending(Lane lane) const {
    const LaneState& state = lanes_[Index(lane)];
    size_t waiting = 0;
    for (Id id : state.waiting) waiting += transfers_.contains(id) ? 1 : 0;
    return waiting + state.in_flight;
  }

  std::function<bool()> may_write_;
  Observer observer_;

 private:
  struct Transfer {
    Core* core = nullptr;
    Id id = 0;
    HttpRequest request;
    Chunk chunk;
    Done done;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    HttpReply reply;
    bool cut = false;      // by its own sink
    bool too_big = false;  // the reply passed max_reply
    bool fenced_off = false;
    absl::Duration started;
  };
  struct LaneState {
    std::deque<Id> waiting;
    size_t in_flight = 0;
  };

  static size_t Index(Lane lane) { return static_cast<size_t>(lane); }

  void StartWaiting() {
    for (size_t i = 0; i < kLaneCount; ++i) {
      LaneState& lane = lanes_[i];
      const size_t bound = Bound(i);
      while (!lane.waiting.empty() && (bound == 0 || lane.in_flight < bound)) {
        const Id id = lane.waiting.front();
        lane.waiting.pop_front();
        const auto it = transfers_.find(id);
        if (it == transfers_.end()) continue;
        Start(*it->second);
        ++lane.in_flight;
      }
    }
  }

  size_t Bound(size_t lane) const {
    const size_t bound = limits_.in_flight[lane];
    const bool yields = lane == Index(Lane::kWrite) && lanes_[Index(Lane::kBind)].in_flight > 0;
    return yields ? std::min(bound, limits_.writes_beside_binds) : bound;
  }

  void Start(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    transfer.started = clock_.Now();
    transfer.easy = TakeEasy();
    CURL* easy = transfer.easy;
    const std::string url = absl::StrCat(credentials_.server, request.path);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method);
    const bool long_answer = request.lane == Lane::kStream || request.lane == Lane::kRead;
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, long_answer ? kLargeBuffer : kSmallBuffer);
    const bool has_body = !request.content_type.empty();
    if (has_body) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    const absl::Duration deadline = request.deadline;
    curl_easy_setopt(
        easy, CURLOPT_TIMEOUT_MS,
        deadline == absl::InfiniteDuration() ? 0L : absl::ToInt64Milliseconds(deadline));
    transfer.headers = Headers(request, has_body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_multi_add_handle(multi_, easy);
  }

  curl_slist* Headers(const HttpRequest& request, bool has_body) {
    // libcurl would ask "Expect: 100-continue" for a body above 1 MB and wait a second for it.
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    list = curl_slist_append(list, absl::StrCat("Accept: ", request.accept).c_str());
    if (has_body) {
      list = curl_slist_append(list, absl::StrCat("Content-Type: ", request.content_type).c_str());
    }
    const std::string& token = tokens_.Current(clock_.Now());
    if (!token.empty()) {
      list = curl_slist_append(list, absl::StrCat("Authorization: Bearer ", token).c_str());
    }
    return list;
  }

  // An easy handle with all that no request changes.
  CURL* TakeEasy() {
    if (!idle_.empty()) {
      CURL* easy = idle_.back();
      idle_.pop_back();
      return easy;
    }
    CURL* easy = curl_easy_init();
    MUSTER_CHECK(easy != nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, absl::ToInt64Milliseconds(limits_.connect));
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kIdleSeconds);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kSmallBuffer);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "muster");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Core::OnBytes);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Core::OnReady);
    SetTls(easy);
    return easy;
  }

  void SetTls(CURL* easy) {
    if (!credentials_.ca.empty()) {
      curl_blob ca = Borrow(credentials_.ca);
      curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    }
    if (!credentials_.certificate.empty()) {
      curl_blob certificate = Borrow(credentials_.certificate);
      curl_blob key = Borrow(credentials_.key);
      curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
      curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
      curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
      curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    }
    if (credentials_.insecure) {
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  static size_t OnBytes(char* data, size_t, size_t size, void* user) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    long code = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &code);
    if (transfer.chunk && code >= 200 && code < 300) {
      transfer.cut = !transfer.chunk(absl::string_view(data, size));
      return transfer.cut ? 0 : size;
    }
    const size_t limit = transfer.chunk ? kErrorBodyBytes : transfer.request.max_reply;
    if (transfer.reply.body.size() + size > limit) {
      transfer.too_big = true;
      return 0;
    }
    transfer.reply.body.append(data, size);
    return size;
  }

  // The connection stands and nothing is sent yet: the last moment to ask whether we still may.
  static int OnReady(void* user, char*, char*, int, int) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    if (!transfer.request.fenced || !transfer.core->may_write_ || transfer.core->may_write_()) {
      return CURL_PREREQFUNC_OK;
    }
    transfer.fenced_off = true;
    return CURL_PREREQFUNC_ABORT;
  }

  // Hands out what has ended; true if anything had.
  bool Finish() {
    std::vector<std::unique_ptr<Transfer>> ended;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      FillReply(*transfer, message->data.result);
      --lanes_[Index(transfer->request.lane)].in_flight;
      Detach(*transfer);
      const auto it = transfers_.find(transfer->id);
      ended.push_back(std::move(it->second));
      transfers_.erase(it);
    }
    for (const auto& transfer : ended) {
      if (observer_) {
        observer_(transfer->request.lane, transfer->reply.code, clock_.Now() - transfer->started);
      }
      if (transfer->reply.code == 401) tokens_.Distrust();
      transfer->done(std::move(transfer->reply));
    }
    return !ended.empty();
  }

  void FillReply(Transfer& transfer, CURLcode result) {
    HttpReply& reply = transfer.reply;
    long code = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &code);
    reply.code = static_cast<int>(code);
    curl_off_t after = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &after);
    reply.retry_after = absl::Seconds(std::clamp<curl_off_t>(after, 0, 600));
    char* type = nullptr;
    curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) reply.content_type = type;
    if (result == CURLE_OK || (transfer.cut && result == CURLE_WRITE_ERROR)) return;
    reply.maybe_applied = !transfer.fenced_off && result != CURLE_COULDNT_CONNECT &&
                          result != CURLE_COULDNT_RESOLVE_HOST && result != CURLE_URL_MALFORMAT &&
                          result != CURLE_PEER_FAILED_VERIFICATION &&
                          result != CURLE_SSL_CONNECT_ERROR;
    const std::string what = absl::StrCat(transfer.request.method, " ", credentials_.server,
                                          transfer.request.path, ": ");
    if (transfer.fenced_off) {
      reply.transport = absl::FailedPreconditionError(absl::StrCat(what, "the lease is not held"));
    } else if (transfer.too_big) {
      reply.transport = absl::ResourceExhaustedError(
          absl::StrCat(what, "the answer is longer than ", transfer.request.max_reply, " bytes"));
    } else if (result == CURLE_OPERATION_TIMEDOUT) {
      reply.transport = absl::DeadlineExceededError(absl::StrCat(what, "no answer in time"));
    } else {
      reply.transport = absl::UnavailableError(absl::StrCat(what, curl_easy_strerror(result)));
    }
  }

  void Detach(Transfer& transfer) {
    if (transfer.easy == nullptr) return;
    curl_multi_remove_handle(multi_, transfer.easy);
    curl_slist_free_all(transfer.headers);
    idle_.push_back(transfer.easy);
    transfer.easy = nullptr;
    transfer.headers = nullptr;
  }

  const Credentials credentials_;
  const HttpLimits limits_;
  SystemBootClock clock_;  // for durations and token age only
  TokenSource tokens_;
  CURLM* multi_ = nullptr;
  std::unique_ptr<Sockets> sockets_;
  Id last_id_ = 0;
  LaneState lanes_[kLaneCount];
  absl::flat_hash_map<Id, std::unique_ptr<Transfer>> transfers_;
  std::vector<CURL*> idle_;
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
