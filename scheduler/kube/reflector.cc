// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/reflector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "k8s/meta.pb.h"
#include "scheduler/kube/api_error.h"

namespace muster::kube {
namespace {

constexpr int kPage = 500;
constexpr absl::string_view kWatchType = "application/vnd.kubernetes.protobuf;stream=watch";
constexpr absl::string_view kInitialEventsEnd = "k8s.io/initial-events-end";
constexpr absl::Duration kListDeadline = absl::Seconds(60);
// The server ends a watch after this long; it sends a bookmark a minute, so longer silence than
// kSilence means that the connection is dead without saying so.
constexpr int kWatchSeconds = 300;
constexpr absl::Duration kSilence = absl::Minutes(3);
// A stream that ends sooner than this without a word counts as a failure.
constexpr absl::Duration kShortLife = absl::Seconds(1);

bool RefusesWatchList(const HttpReply& reply) { return reply.code == 422 || reply.code == 400; }

}  // namespace

Reflector::Reflector(Reactor& reactor, std::unique_ptr<WatchedKind> kind, Sink sink, uint64_t seed)
    : reactor_(reactor),
      kind_(std::move(kind)),
      sink_(std::move(sink)),
      backoff_(absl::Milliseconds(400), absl::Seconds(10), seed) {}

Reflector::~Reflector() {
  reactor_.http().Cancel(exchange_);
  reactor_.Cancel(timer_);
  reactor_.Cancel(guard_);
}

void Reflector::List() {
  ++pass_;
  listing_ = true;
  version_.clear();
  if (!watch_list_) {
    ListPage("");
    return;
  }
  OpenStream(
      "watch=1&allowWatchBookmarks=true&sendInitialEvents=true"
      "&resourceVersionMatch=NotOlderThan",
      /*initial=*/true);
}

void Reflector::ListPage(const std::string& continue_token) {
  HttpRequest request;
  request.lane = Lane::kStream;
  request.path = absl::StrCat(kind_->path(), "?limit=", kPage);
  if (!kind_->selector().empty()) absl::StrAppend(&request.path, "&", kind_->selector());
  if (!continue_token.empty()) {
    absl::StrAppend(&request.path, "&continue=", EscapeQuery(continue_token));
  }
  request.deadline = kListDeadline;
  exchange_ = reactor_.http().Send(std::move(request),
                                   [this](HttpReply reply) { OnPage(std::move(reply)); });
}

void Reflector::OnPage(HttpReply reply) {
  if (!reply.ok()) {
    // Also 410: the continue token has expired, and the list begins anew.
    Retry(ErrorText(reply), RetryFloor(reply));
    return;
  }
  absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(reply.body);
  absl::StatusOr<codec::ListBody> list =
      envelope.ok() ? codec::OpenList(envelope->raw) : envelope.status();
  if (!list.ok()) {
    Retry(list.status().message(), absl::ZeroDuration());
    return;
  }
  sink_.heard();
  for (absl::string_view item : list->items) SawObject(item);
  if (!list->continue_token.empty()) {
    ListPage(list->continue_token);
    return;
  }
  version_ = list->resource_version;
  EndList();
  Watch();
}

void Reflector::Watch() {
  OpenStream(absl::StrCat("watch=1&allowWatchBookmarks=true&resourceVersion=", version_),
             /*initial=*/false);
}

void Reflector::OpenStream(const std::string& query, bool initial) {
  HttpRequest request;
  request.lane = Lane::kStream;
  request.accept = std::string(kWatchType);
  request.path = absl::StrCat(kind_->path(), "?", query, "&timeoutSeconds=", kWatchSeconds);
  if (!kind_->selector().empty()) absl::StrAppend(&request.path, "&", kind_->selector());
  request.deadline = absl::InfiniteDuration();
  frames_ = codec::FrameSplitter();
  heard_ = false;
  stream_error_.clear();
  streaming_ = true;
  opened_ = heard_at_ = reactor_.Now();
  GuardAgainstSilence();
  exchange_ = reactor_.http().Stream(
      std::move(request), [this](absl::string_view bytes) { return OnChunk(bytes); },
      [this, initial](HttpReply reply) {
        reactor_.Cancel(guard_);
        streaming_ = false;
        if (initial && RefusesWatchList(reply)) {
          watch_list_ = false;
          List();
          return;
        }
        OnStreamEnd(reply);
      });
}

void Reflector::GuardAgainstSilence() {
  guard_ = reactor_.After(heard_at_ + kSilence - reactor_.Now(), [this] {
    if (reactor_.Now() - heard_at_ < kSilence) {
      GuardAgainstSilence();
      return;
    }
    reactor_.http().Cancel(exchange_);
    streaming_ = false;
    if (listing_) watch_list_ = false;  // initial events that never end: list in pages instead
    Retry("the watch fell silent", absl::ZeroDuration());
  });
}

bool Reflector::OnChunk(absl::string_view bytes) {
  heard_ = true;
  heard_at_ = reactor_.Now();
  sink_.heard();
  blind_since_ = absl::InfiniteDuration();
  frames_.Append(bytes);
  absl::string_view frame;
  while (true) {
    const absl::StatusOr<bool> more = frames_.Next(&frame);
    if (!more.ok()) {
      stream_error_ = std::string(more.status().message());
      return false;
    }
    if (!*more) return true;
    if (!OnFrame(frame)) return false;
  }
}

// False ends the stream.
bool Reflector::OnFrame(absl::string_view frame) {
  const absl::StatusOr<codec::WatchFrame> event = codec::OpenWatchFrame(frame);
  if (!event.ok()) {
    stream_error_ = std::string(event.status().message());
    return false;
  }
  if (event->type == "ERROR") return OnError(event->object);
  if (!listing_) backoff_.Reset();
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(event->object);
  if (!envelope.ok()) {
    stream_error_ = std::string(envelope.status().message());
    return false;
  }
  if (event->type == "BOOKMARK")
    OnBookmark(envelope->raw);
  else if (event->type == "DELETED")
    LostObject(envelope->raw);
  else
    SawObject(envelope->raw);
  return true;
}

bool Reflector::OnError(absl::string_view object) {
  const ApiError error = ReadApiError(object);
  stream_error_ = error.message;
  // Gone, or a version that the server does not know yet: list again. Anything else resumes.
  if (error.code == 410 || error.reason == "Expired" || error.code == 504) version_.clear();
  return false;
}

void Reflector::OnBookmark(absl::string_view raw) {
  k8s::PartialObject bookmark;
  if (!bookmark.ParseFromArray(raw.data(), static_cast<int>(raw.size()))) return;
  version_ = bookmark.metadata().resource_version();
  const auto& annotations = bookmark.metadata().annotations();
  const auto end = annotations.find(std::string(kInitialEventsEnd));
  if (listing_ && end != annotations.end() && end->second == "true") EndList();
}

void Reflector::OnStreamEnd(const HttpReply& reply) {
  const bool answered = reply.code >= 200 && reply.code < 300;
  if (reply.code == 410) version_.clear();
  if (!answered) {
    Retry(ErrorText(reply), RetryFloor(reply));
    return;
  }
  if (!stream_error_.empty()) {
    Retry(stream_error_, absl::ZeroDuration());
    return;
  }
  // A watch that has lived is resumed at once: its end is the server's habit, or a cut line.
  const bool lived = heard_ || reactor_.Now() - opened_ >= kShortLife;
  if (!lived) {
    Retry("the watch ended at once", absl::ZeroDuration());
    return;
  }
  if (listing_) {
    Retry("the watch ended within its initial events", absl::ZeroDuration());
    return;
  }
  backoff_.Reset();
  Watch();
}

void Reflector::SawObject(absl::string_view raw) {
  SeenObject seen;
  if (const absl::Status decoded = kind_->Decode(raw, &seen); !decoded.ok()) {
    Problem(decoded.message());
    return;
  }
  Known& known = known_[seen.key];
  if (!known.uid.empty() && known.uid != seen.uid) {
    if (std::optional<Event> gone = kind_->Gone(seen.key, known.uid)) sink_.event(*std::move(gone));
  }
  known.uid = std::move(seen.uid);
  known.pass = pass_;
  // Versions of initial events are no place to resume from.
  if (!listing_) version_ = std::move(seen.resource_version);
  if (seen.event.has_value()) sink_.event(*std::move(seen.event));
}

void Reflector::LostObject(absl::string_view raw) {
  SeenObject seen;
  if (const absl::Status decoded = kind_->Decode(raw, &seen); !decoded.ok()) {
    Problem(decoded.message());
    return;
  }
  const auto it = known_.find(seen.key);
  if (it != known_.end() && it->second.uid == seen.uid) known_.erase(it);
  if (!listing_) version_ = std::move(seen.resource_version);
  if (std::optional<Event> gone = kind_->Gone(seen.key, seen.uid)) sink_.event(*std::move(gone));
}

// What the finished list did not show is gone, also where we never saw it go.
void Reflector::EndList() {
  listing_ = false;
  std::vector<std::string> lost;
  for (const auto& [key, known] : known_) {
    if (known.pass != pass_) lost.push_back(key);
  }
  for (const std::string& key : lost) {
    if (std::optional<Event> gone = kind_->Gone(key, known_[key].uid))
      sink_.event(*std::move(gone));
    known_.erase(key);
  }
  if (synced_) return;
  synced_ = true;
  sink_.synced();
}

void Reflector::Retry(absl::string_view why, absl::Duration floor) {
  Problem(why);
  blind_since_ = std::min(blind_since_, reactor_.Now());
  timer_ = reactor_.Retry(Lane::kStream, backoff_.Next(floor), [this] {
    if (listing_ || version_.empty())
      List();
    else
      Watch();
  });
}

bool Reflector::current() const {
  const absl::Duration now = reactor_.Now();
  // A resumed watch of a quiet kind says nothing for a while: that it stands is enough.
  return now - blind_since_ < kBlind || (streaming_ && now - opened_ >= kShortLife);
}

void Reflector::Problem(absl::string_view what) {
  sink_.problem(absl::StrCat("watching ", kind_->name(), ": ", what));
}

}  // namespace muster::kube
