// SPDX-License-Identifier: Apache-2.0
// One client of the HTTP server: a non-blocking socket and where its conversation stands.
//
//    kHead ──head whole──► kBody ──body read──► kMaking ──made──► kAnswer ──written, keep-alive──►
//    kHead
//      │ refused                                                  │  │ written, to be closed
//      └────────────────────────► kAnswer                kStream ◄┘  └──► kLinger ──► closed
//
// kStream sends events as they come until the client leaves. kLinger reads and forgets what the
// client still sends, for a moment: closing a socket with unread bytes resets it, and the client
// might never see its answer.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "scheduler/daemon/http/http_request.h"
#include "scheduler/daemon/http/http_site.h"
#include "scheduler/daemon/http/page_makers.h"

namespace muster::daemon {

// What all connections of a server share, on its thread.
struct HttpShared {
  Pages pages;
  HttpLimits limits;
  HttpRules rules;
  PageMakers* makers = nullptr;  // none: pages are made on the server's thread
  size_t streams = 0;            // connections in kStream
};

class HttpConnection {
 public:
  // Takes the socket. `now` is of a clock that never jumps.
  HttpConnection(int socket, HttpShared* shared, absl::Time now);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  int socket() const { return socket_; }
  // POLLIN, POLLOUT, both or none.
  short events() const;
  // When it is to be told that its time is over.
  absl::Time deadline() const { return deadline_; }
  // Since when it waits for its client, and whether it is being answered: who makes room for
  // others.
  absl::Time quiet_since() const { return since_; }
  bool answering() const { return state_ != State::kHead && state_ != State::kBody; }
  bool streaming() const { return state_ == State::kStream; }
  // Of the page that it waits for.
  uint64_t ticket() const { return state_ == State::kMaking ? ticket_ : 0; }

  // All of them: false: close it.
  // The socket is ready, or there are new events.
  bool Move(absl::Time now);
  // The page that it waits for.
  bool Give(const Page& page, absl::Time now);
  // The deadline has passed.
  bool Expire(absl::Time now);

 private:
  enum class State { kHead, kBody, kMaking, kAnswer, kStream, kLinger };

  bool Receive(absl::Time now);
  bool Flush(absl::Time now);
  bool Refill(absl::Time now);
  void Advance(absl::Time now);
  void ReadHead(size_t size, absl::Time now);
  void Respond(absl::Time now);
  void Answer(const Page& page, bool with_body, absl::Time now);
  void Refuse(int status, absl::string_view text, absl::Time now);
  void Enter(State state, absl::Time now, absl::Duration patience);

  const int socket_;
  HttpShared* const shared_;
  State state_ = State::kHead;
  absl::Time since_;
  absl::Time deadline_;
  std::string input_;   // received, not yet understood; at most head_bytes and one read
  std::string output_;  // the answer, from `sent_` on still to be sent
  size_t sent_ = 0;
  HttpRequest request_;
  uint64_t body_left_ = 0;
  uint64_t ticket_ = 0;
  int64_t event_ = 0;  // the last one that was sent
  bool close_after_ = false;
};

}  // namespace muster::daemon
