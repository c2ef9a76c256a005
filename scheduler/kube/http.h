// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 to one API server: many requests in flight from one thread over kept-alive connections.
//
// Invariants: a lane never waits for another (binds are not behind status writes); `done` is called
// exactly once unless the request is cancelled, never from inside Send; a fenced request leaves
// only if `may_write` holds after the connection stands, just before the first byte. Errors: no
// answer is HttpReply.transport; every answer, also 500, is transport OK with its code. Not
// thread-safe but for Wake. No proxies: the API server is reached directly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/kube/credentials.h"

namespace muster::kube {

// Requests of a lane share a bound on how many are in flight; the rest wait in order.
enum class Lane : uint8_t { kStream, kRead, kBind, kWrite, kLease };
inline constexpr size_t kLaneCount = 5;
absl::string_view Name(Lane lane);

inline constexpr absl::string_view kProtobuf = "application/vnd.kubernetes.protobuf";

struct HttpRequest {
  Lane lane = Lane::kRead;
  const char* method = "GET";
  std::string path;          // with the query: "/api/v1/pods?limit=500"
  std::string content_type;  // of `body`; empty: no body
  std::string body;
  std::string accept = std::string(kProtobuf);
  // From the first byte sent to the last received, connecting included; a wait in the lane is not.
  absl::Duration deadline = absl::Seconds(10);
  size_t max_reply = size_t{64} << 20;
  bool fenced = false;
};

struct HttpReply {
  absl::Status transport;  // not OK: no whole answer came
  int code = 0;
  std::string body;
  std::string content_type;
  absl::Duration retry_after = absl::ZeroDuration();  // zero: the server did not say
  // False when the server cannot have seen the request (refused connection, fence down).
  bool maybe_applied = true;

  bool ok() const { return transport.ok() && code >= 200 && code < 300; }
};

struct HttpLimits {
  // In flight, by lane; 0: without bound.
  size_t in_flight[kLaneCount] = {0, 8, 32, 8, 1};
  // Of the write lane while binds are in flight: each write costs the server as much as a bind.
  size_t writes_beside_binds = 2;
  absl::Duration connect = absl::Seconds(5);
};

class Http {
 public:
  using Id = uint64_t;
  using Done = std::function<void(HttpReply)>;
  // A piece of a 2xx body as it arrives; false cuts the stream.
  using Chunk = std::function<bool(absl::string_view)>;
  // Told of every finished exchange: lane, HTTP code (0: none) and how long it took.
  using Observer = std::function<void(Lane, int code, absl::Duration took)>;

  Http(Credentials credentials, HttpLimits limits);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  void set_may_write(std::function<bool()> may_write);
  void set_observer(Observer observer);

  Id Send(HttpRequest request, Done done);
  // A 2xx body goes to `chunk` and not into the reply.
  Id Stream(HttpRequest request, Chunk chunk, Done done);
  // Drops the request without calling `done`. Its effect at the server is then unknown.
  void Cancel(Id id);
  // The same, but only while it waits in its lane; false: it was sent, or has ended.
  bool Withdraw(Id id);

  // Moves bytes and calls back; waits up to `wait` for something to do.
  void Poll(absl::Duration wait);
  // Ends a Poll that waits; from any thread.
  void Wake();
  // Requests queued or in flight in the lane.
  size_t Pending(Lane lane) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace muster::kube
