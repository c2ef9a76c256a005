// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

constexpr size_t kRead = 16 << 10;
constexpr absl::Duration kLinger = absl::Seconds(1);

absl::string_view Phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

Page Refusal(int status, absl::string_view text) {
  Page page;
  page.status = status;
  page.body = absl::StrCat(text, "\n");
  return page;
}

}  // namespace

HttpConnection::HttpConnection(int socket, const Pages& pages, const HttpLimits& limits,
                               absl::Time now)
    : socket_(socket), pages_(pages), limits_(limits) {
  Enter(State::kHead, now, limits_.idle);
}

HttpConnection::~HttpConnection() { close(socket_); }

short HttpConnection::events() const { return answering() ? POLLOUT : POLLIN; }

void HttpConnection::Enter(State state, absl::Time now, absl::Duration patience) {
  state_ = state;
  since_ = now;
  deadline_ = now + patience;
}

bool HttpConnection::Move(absl::Time now) {
  if (!answering() && !Receive(now)) return false;
  Advance(now);
  return !answering() || Flush(now);
}

// One read a turn, so that no client keeps the others waiting.
bool HttpConnection::Receive(absl::Time now) {
  char bytes[kRead];
  const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
  if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (size == 0) return false;
  const size_t received = static_cast<size_t>(size);
  if (state_ == State::kLinger) return true;
  if (state_ == State::kHead && input_.empty()) Enter(state_, now, limits_.request);
  input_.append(bytes, received);
  return true;
}

void HttpConnection::Advance(absl::Time now) {
  if (state_ == State::kHead) {
    const size_t size = HeadSize(input_);
    const bool too_long = std::min(size, input_.size()) > limits_.head_bytes;
    if (size == std::string::npos && !too_long) return;
    request_ = HttpRequest();
    if (too_long) {
      close_after_ = true;
      Answer(Refusal(431, "the request's head is too long"), true);
    } else {
      ReadHead(size);
    }
    if (output_.empty()) {
      state_ = State::kBody;  // still inside the request's deadline
    } else {
      Enter(State::kAnswer, now, limits_.answer);
    }
  }
  if (state_ != State::kBody) return;
  const size_t taken = static_cast<size_t>(std::min<uint64_t>(body_left_, input_.size()));
  input_.erase(0, taken);
  body_left_ -= taken;
  if (body_left_ > 0) return;
  close_after_ = !request_.keep_alive;
  const auto page = pages_.find(request_.path);
  if (page == pages_.end()) {
    std::string known;
    for (const auto& [path, unused] : pages_) absl::StrAppend(&known, " ", path);
    Answer(Refusal(404, absl::StrCat("no such page; there are:", known)),
           request_.method != "HEAD");
  } else if (request_.method != "GET" && request_.method != "HEAD") {
    Answer(Refusal(405, "only GET and HEAD"), true);
  } else {
    Answer(page->second(), request_.method == "GET");
  }
  Enter(State::kAnswer, now, limits_.answer);
}

// Leaves an answer in `output_` where the head is refused.
void HttpConnection::ReadHead(size_t size) {
  const int refused = ParseHead(absl::string_view(input_).substr(0, size), &request_);
  input_.erase(0, size);
  body_left_ = request_.body_bytes;
  if (refused != 0) {
    close_after_ = true;
    Answer(Refusal(refused, "this is not a request that is understood here"), true);
  } else if (body_left_ > limits_.body_bytes) {
    close_after_ = true;
    Answer(Refusal(413, "the request's body is too large"), true);
  }
}

void HttpConnection::Answer(const Page& page, bool with_body) {
  output_ = absl::StrCat("HTTP/1.1 ", page.status, " ", Phrase(page.status),
                         "\r\nContent-Type: ", page.content_type,
                         "\r\nContent-Length: ", page.body.size(),
                         "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
                         page.status == 405 ? "Allow: GET, HEAD\r\n" : "",
                         close_after_ ? "Connection: close\r\n\r\n" : "\r\n");
  if (with_body) output_.append(page.body);
  sent_ = 0;
}

bool HttpConnection::Flush(absl::Time now) {
  while (answering()) {
    const ssize_t size =
        send(socket_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    sent_ += static_cast<size_t>(size);
    deadline_ = now + limits_.answer;
    if (sent_ < output_.size()) continue;
    output_ = std::string();
    if (close_after_) {
      shutdown(socket_, SHUT_WR);
      Enter(State::kLinger, now, kLinger);
      input_.clear();
    } else {
      // A request that was sent along with the last one is answered at once.
      Enter(State::kHead, now, input_.empty() ? limits_.idle : limits_.request);
      Advance(now);
    }
  }
  return true;
}

}  // namespace muster::daemon
