// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/http/http_answer.h"

namespace muster::daemon {
namespace {

constexpr size_t kRead = 16 << 10;
constexpr absl::Duration kLinger = absl::Seconds(1);
// A comment of server-sent events.
constexpr absl::string_view kHeartbeat = ":\n\n";

bool Retry() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

HttpConnection::HttpConnection(int socket, HttpShared* shared, absl::Time now)
    : socket_(socket), shared_(shared) {
  Enter(State::kHead, now, shared_->limits.idle);
}

HttpConnection::~HttpConnection() {
  if (streaming()) --shared_->streams;
  close(socket_);
}

short HttpConnection::events() const {
  switch (state_) {
    case State::kMaking: return 0;
    case State::kAnswer: return POLLOUT;
    case State::kStream: return output_.empty() ? POLLIN : POLLIN | POLLOUT;
    default: return POLLIN;
  }
}

void HttpConnection::Enter(State state, absl::Time now, absl::Duration patience) {
  state_ = state;
  since_ = now;
  deadline_ = now + patience;
}

bool HttpConnection::Move(absl::Time now) {
  // Of a client that waits for its page only its end is told.
  if (state_ == State::kMaking) return false;
  if (state_ != State::kAnswer && !Receive(now)) return false;
  Advance(now);
  return Flush(now);
}

bool HttpConnection::Give(const Page& page, absl::Time now) {
  Answer(page, request_.method == "GET", now);
  return Flush(now);
}

bool HttpConnection::Expire(absl::Time now) {
  if (state_ == State::kMaking) {
    Refuse(503, "the scheduler did not answer in time; try again", now);
    return Flush(now);
  }
  if (!streaming() || !output_.empty()) return false;
  output_ = std::string(kHeartbeat);
  deadline_ = now + shared_->limits.answer;
  return Flush(now);
}

// One read a turn, so that no client keeps the others waiting.
bool HttpConnection::Receive(absl::Time now) {
  char bytes[kRead];
  const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
  if (size < 0) return Retry();
  if (size == 0) return false;
  const size_t received = static_cast<size_t>(size);
  if (state_ == State::kLinger || streaming()) return true;
  if (state_ == State::kHead && input_.empty()) Enter(state_, now, shared_->limits.request);
  input_.append(bytes, received);
  return true;
}

void HttpConnection::Advance(absl::Time now) {
  if (state_ == State::kHead) {
    const size_t size = HeadSize(input_);
    const bool too_long = std::min(size, input_.size()) > shared_->limits.head_bytes;
    if (size == std::string::npos && !too_long) return;
    request_ = HttpRequest();
    state_ = State::kBody;  // still inside the request's deadline
    if (too_long) {
      close_after_ = true;
      Refuse(431, "the request's head is too long", now);
    } else {
      ReadHead(size, now);
    }
  }
  if (state_ != State::kBody) return;
  const size_t taken = static_cast<size_t>(std::min<uint64_t>(body_left_, input_.size()));
  input_.erase(0, taken);
  body_left_ -= taken;
  if (body_left_ == 0) Respond(now);
}

// Answers where the head is refused.
void HttpConnection::ReadHead(size_t size, absl::Time now) {
  const int refused = ParseHead(absl::string_view(input_).substr(0, size), &request_);
  input_.erase(0, size);
  body_left_ = request_.body_bytes;
  if (refused != 0) {
    close_after_ = true;
    Refuse(refused, "this is not a request that is understood here", now);
  } else if (body_left_ > shared_->limits.body_bytes) {
    close_after_ = true;
    Refuse(413, "the request's body is too large", now);
  }
}

// The request is there whole.
void HttpConnection::Respond(absl::Time now) {
  close_after_ = !request_.keep_alive;
  const auto page = shared_->pages.find(request_.path);
  if (!MayAsk(shared_->rules, request_)) {
    Refuse(421, HostRefusal(shared_->rules), now);
  } else if (page == shared_->pages.end()) {
    std::string known;
    for (const auto& [path, unused] : shared_->pages) absl::StrAppend(&known, " ", path);
    Refuse(404, absl::StrCat("no such page; there are:", known), now);
  } else if (request_.method != "GET" && request_.method != "HEAD") {
    Refuse(405, "only GET and HEAD", now);
  } else if (shared_->makers == nullptr) {
    Answer(page->second(request_), request_.method == "GET", now);
  } else if ((ticket_ = shared_->makers->Ask(request_)) != 0) {
    Enter(State::kMaking, now, shared_->limits.making);
  } else {
    Refuse(503, "too many requests wait; try again", now);
  }
}

void HttpConnection::Refuse(int status, absl::string_view text, absl::Time now) {
  Page page;
  page.status = status;
  page.body = absl::StrCat(text, "\n");
  Answer(page, request_.method != "HEAD", now);
}

void HttpConnection::Answer(const Page& page, bool with_body, absl::Time now) {
  const bool stream = page.events_after.has_value() && shared_->rules.events != nullptr;
  if (stream && shared_->streams >= shared_->limits.streams) {
    Refuse(503, "too many clients follow already; close one", now);
    return;
  }
  if (stream) close_after_ = true;
  const bool same = !page.etag.empty() && page.status == 200 && Holds(page.etag, request_);
  output_ = AnswerHead(page, same, close_after_, shared_->rules);
  if (with_body && !same) output_.append(page.body);
  sent_ = 0;
  const bool follow = stream && with_body;
  if (follow) event_ = *page.events_after;
  if (follow) ++shared_->streams;
  Enter(follow ? State::kStream : State::kAnswer, now, shared_->limits.answer);
}

bool HttpConnection::Flush(absl::Time now) {
  while (state_ == State::kAnswer || streaming()) {
    if (sent_ < output_.size()) {
      const ssize_t size =
          send(socket_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
      if (size < 0) return Retry();
      sent_ += static_cast<size_t>(size);
      deadline_ = now + shared_->limits.answer;
      continue;
    }
    output_ = std::string();
    sent_ = 0;
    if (streaming()) {
      if (!Refill(now)) return false;
      if (output_.empty()) return true;
    } else if (close_after_) {
      shutdown(socket_, SHUT_WR);
      Enter(State::kLinger, now, kLinger);
      input_.clear();
    } else {
      // A request that was sent along with the last one is answered at once.
      Enter(State::kHead, now, input_.empty() ? shared_->limits.idle : shared_->limits.request);
      Advance(now);
    }
  }
  return true;
}

// The next event, if there is one; false: those between are lost, so the client has to begin anew.
bool HttpConnection::Refill(absl::Time now) {
  bool lost = false;
  const std::shared_ptr<const std::string> next = shared_->rules.events->After(event_, &lost);
  if (lost) return false;
  if (next == nullptr) {
    deadline_ = now + shared_->limits.heartbeat;
  } else {
    output_ = *next;
    ++event_;
  }
  return true;
}

}  // namespace muster::daemon
