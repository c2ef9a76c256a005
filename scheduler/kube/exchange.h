// SPDX-License-Identifier: Apache-2.0
// One request and its reply on one connection.
//
// Invariants: the fence is asked once the connection stands, just before the first byte; without a
// whole answer the reply says `maybe_applied` exactly where the kernel has taken bytes of the
// request. Tells its host once that it has ended, with the connection still held.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "scheduler/kube/connection.h"
#include "scheduler/kube/http.h"
#include "scheduler/kube/response_reader.h"

namespace muster::kube {

class Exchange final : public Connection::User, private ResponseReader::Sink {
 public:
  class Host {
   public:
    // The request as it goes over the wire.
    virtual absl::StatusOr<std::string> Text(const HttpRequest& request) = 0;
    // "GET https://server/path", for messages.
    virtual std::string Called(const HttpRequest& request) const = 0;
    virtual bool MayWrite() const = 0;
    virtual void OnEnded(Exchange& exchange) = 0;

   protected:
    ~Host() = default;
  };

  Exchange(Host& host, Http::Id id, HttpRequest request, Http::Chunk chunk, Http::Done done);

  void Start(Connection* connection, absl::Duration now, absl::Duration connect);
  // Without a connection: nothing was sent.
  void Fail(const absl::Status& why);
  // When it has waited too long, connecting or in all.
  absl::Duration due() const;
  void Expire() { Fail(absl::DeadlineExceededError("no answer in time")); }
  void Deliver() { done_(std::move(reply_)); }

  Http::Id id() const { return id_; }
  const HttpRequest& request() const { return request_; }
  const HttpReply& reply() const { return reply_; }
  absl::Duration started_at() const { return started_at_; }
  bool started() const { return state_ != State::kWaiting; }
  bool ended() const { return state_ == State::kEnded; }

  Connection* connection() const { return connection_; }
  // Of one that has ended: whether its connection may serve another request.
  bool reusable() const { return reusable_ && connection_->open(); }
  // Hears no more of its connection, which another may now have.
  void LetGo();

 private:
  enum class State { kWaiting, kConnecting, kSent, kEnded };

  void OnOpen() override;
  void OnBytes(absl::string_view bytes) override;
  void OnEnd(const absl::Status& why) override;
  void OnHead(int code, absl::string_view content_type, absl::Duration retry_after) override;
  bool OnBody(absl::string_view piece) override;
  void End();

  Host& host_;
  const Http::Id id_;
  const HttpRequest request_;
  const Http::Chunk chunk_;
  const Http::Done done_;
  State state_ = State::kWaiting;
  Connection* connection_ = nullptr;
  absl::Duration started_at_;
  absl::Duration connect_;
  uint64_t sent_before_ = 0;  // by the connection
  ResponseReader reader_;
  HttpReply reply_;
  absl::Status stopped_;  // why no more of the body is wanted; OK: its sink said so
  bool reusable_ = false;
};

}  // namespace muster::kube
