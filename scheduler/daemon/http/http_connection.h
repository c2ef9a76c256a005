// SPDX-License-Identifier: Apache-2.0
// One client of the HTTP server: a non-blocking socket and where its conversation stands.
//
//    kHead ──head whole──► kBody ──body read──► kAnswer ──written, keep-alive──► kHead
//      │ refused                                   │ written, to be closed
//      └──────────► kAnswer                        └──► kLinger ──► closed
//
// kLinger reads and forgets what the client still sends, for a moment: closing a socket with unread
// bytes resets it, and the client might never see its answer.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "scheduler/daemon/http/http_request.h"
#include "scheduler/daemon/http/http_server.h"

namespace muster::daemon {

class HttpConnection {
 public:
  // Takes the socket. `now` is of a clock that never jumps.
  HttpConnection(int socket, const Pages& pages, const HttpLimits& limits, absl::Time now);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  int socket() const { return socket_; }
  // POLLIN or POLLOUT.
  short events() const;
  // To be closed when this passes.
  absl::Time deadline() const { return deadline_; }
  // Since when it waits for its client, and whether it is being answered: who makes room for
  // others.
  absl::Time quiet_since() const { return since_; }
  bool answering() const { return state_ == State::kAnswer; }

  // The socket is ready. False: close it.
  bool Move(absl::Time now);

 private:
  enum class State { kHead, kBody, kAnswer, kLinger };

  bool Receive(absl::Time now);
  bool Flush(absl::Time now);
  void Advance(absl::Time now);
  void ReadHead(size_t size);
  void Answer(const Page& page, bool with_body);
  void Enter(State state, absl::Time now, absl::Duration patience);

  const int socket_;
  const Pages& pages_;
  const HttpLimits& limits_;
  State state_ = State::kHead;
  absl::Time since_;
  absl::Time deadline_;
  std::string input_;   // received, not yet understood; at most head_bytes and one read
  std::string output_;  // the answer, from `sent_` on still to be sent
  size_t sent_ = 0;
  HttpRequest request_;
  uint64_t body_left_ = 0;
  bool close_after_ = false;
};

}  // namespace muster::daemon
