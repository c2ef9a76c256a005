// SPDX-License-Identifier: Apache-2.0
// Follows one kind: lists it, watches it, and tells what is seen and what is gone, for as long as
// it lives and whatever the API server does.
//
//            WatchList (422: paged LIST)            end of initial events
//   start ──────────────────────────────▶ listing ─────────────────────▶ watching ──┐ cut: go on
//                                            ▲            410 Gone          │  ▲     │ at the
//                                            └──────────────────────────────┘  └─────┘ last place
//
// Invariants: the UID is the identity, so an object recreated under its name is told as gone and
// then as seen; after a relist everything not seen in it is told as gone; a resource version is
// kept only from where the stream may be resumed. An undecodable object is reported and skipped.
// Source: client-go tools/cache/reflector.go. Lives on the reactor's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/kube/watched_kind.h"

namespace muster::kube {

class Reflector {
 public:
  struct Sink {
    std::function<void(Event&&)> event;
    std::function<void()> synced;              // once, when the first list is whole
    std::function<void(std::string)> problem;  // one line, for the log
    std::function<void()> heard = [] {};       // the server has sent something of the kind
  };

  Reflector(Reactor& reactor, std::unique_ptr<WatchedKind> kind, Sink sink, uint64_t seed);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  void Start() { List(); }
  bool synced() const { return synced_; }
  size_t size() const { return known_.size(); }
  // False while the kind cannot be followed for kBlind or longer: what we know may be old.
  bool current() const;

 private:
  static constexpr absl::Duration kBlind = absl::Seconds(3);

  struct Known {
    std::string uid;
    uint64_t pass = 0;  // the list in which it was last seen
  };

  void List();
  void ListPage(const std::string& continue_token);
  void OnPage(HttpReply reply);
  void Watch();
  void OpenStream(const std::string& query, bool initial);
  bool OnChunk(absl::string_view bytes);
  bool OnFrame(absl::string_view frame);
  bool OnError(absl::string_view object);
  void OnBookmark(absl::string_view raw);
  void OnStreamEnd(const HttpReply& reply);
  void SawObject(absl::string_view raw);
  void LostObject(absl::string_view raw);
  void EndList();
  void Retry(absl::string_view why, absl::Duration floor);
  void GuardAgainstSilence();
  void Problem(absl::string_view what);

  Reactor& reactor_;
  const std::unique_ptr<WatchedKind> kind_;
  const Sink sink_;
  Backoff backoff_;
  absl::flat_hash_map<std::string, Known> known_;
  codec::FrameSplitter frames_;
  std::string version_;  // empty: nowhere to resume from
  uint64_t pass_ = 0;
  bool listing_ = true;
  bool synced_ = false;
  bool watch_list_ = true;    // offered by the server as far as we know
  bool heard_ = false;        // the stream has brought something
  std::string stream_error_;  // why we end the stream ourselves
  bool streaming_ = false;
  absl::Duration blind_since_ = absl::InfiniteDuration();
  absl::Duration opened_;
  absl::Duration heard_at_;
  Http::Id exchange_ = 0;
  Reactor::TimerId timer_{};
  Reactor::TimerId guard_{};
};

}  // namespace muster::kube
