// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/exchange.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

constexpr size_t kErrorBodyBytes = 64 << 10;

}  // namespace

Exchange::Exchange(Host& host, Http::Id id, HttpRequest request, Http::Chunk chunk, Http::Done done)
    : host_(host),
      id_(id),
      request_(std::move(request)),
      chunk_(std::move(chunk)),
      done_(std::move(done)) {}

void Exchange::Start(Connection* connection, absl::Duration now, absl::Duration connect) {
  state_ = State::kConnecting;
  connection_ = connection;
  started_at_ = now;
  connect_ = connect;
  connection->set_user(this);
  if (connection->open()) OnOpen();
}

absl::Duration Exchange::due() const {
  const bool connecting = state_ == State::kConnecting;
  return started_at_ + (connecting ? std::min(connect_, request_.deadline) : request_.deadline);
}

void Exchange::OnOpen() {
  if (request_.fenced && !host_.MayWrite()) {
    reusable_ = true;
    Fail(absl::FailedPreconditionError("the lease is not held"));
    return;
  }
  absl::StatusOr<std::string> text = host_.Text(request_);
  if (!text.ok()) {
    reusable_ = true;
    Fail(text.status());
    return;
  }
  state_ = State::kSent;
  sent_before_ = connection_->sent();
  reader_.Begin(this);
  connection_->Write(*std::move(text));
}

void Exchange::OnBytes(absl::string_view bytes) {
  const absl::Status read = reader_.Take(bytes);
  if (state_ != State::kSent) return;  // cancelled by its own sink
  if (absl::IsCancelled(read)) {
    if (stopped_.ok())
      End();
    else
      Fail(stopped_);
  } else if (!read.ok()) {
    Fail(read);
  } else if (reader_.done()) {
    // An answer before the whole request was sent leaves the server in the middle of it.
    reusable_ = reader_.reusable() && connection_->drained();
    End();
  }
}

void Exchange::OnEnd(const absl::Status& why) {
  if (state_ != State::kSent || !why.ok()) {
    Fail(why.ok() ? absl::UnavailableError("the connection ended at once") : why);
    return;
  }
  const absl::Status whole = reader_.End();
  if (whole.ok())
    End();
  else
    Fail(whole);
}

void Exchange::OnHead(int code, absl::string_view content_type, absl::Duration retry_after) {
  reply_.code = code;
  reply_.content_type = std::string(content_type);
  reply_.retry_after = retry_after;
}

bool Exchange::OnBody(absl::string_view piece) {
  if (state_ != State::kSent) return false;
  const bool good = reply_.code >= 200 && reply_.code < 300;
  if (chunk_ && good) return chunk_(piece);
  const size_t limit = chunk_ ? kErrorBodyBytes : request_.max_reply;
  if (reply_.body.size() + piece.size() > limit) {
    stopped_ =
        absl::ResourceExhaustedError(absl::StrCat("the answer is longer than ", limit, " bytes"));
    return false;
  }
  reply_.body.append(piece.data(), piece.size());
  return true;
}

void Exchange::Fail(const absl::Status& why) {
  reply_.maybe_applied = state_ == State::kSent && connection_->sent() > sent_before_;
  reply_.transport =
      absl::Status(why.code(), absl::StrCat(host_.Called(request_), ": ", why.message()));
  End();
}

void Exchange::End() {
  state_ = State::kEnded;
  host_.OnEnded(*this);
}

void Exchange::LetGo() {
  state_ = State::kEnded;
  connection_ = nullptr;
}

}  // namespace muster::kube
