// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for probes and scrapes: one thread of its own, poll(), GET and HEAD.
//
// Invariants: it never touches the scheduler's thread (a page reads a snapshot); no client holds
// more than one slot of `connections`, `head_bytes` of memory and its answer; a slow client is
// closed when a deadline passes; when all slots are taken the connection that has been quiet the
// longest makes room for a new one, so that idle or malicious clients cannot shut a probe out.
// Destruction closes everything at once and waits for the thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon {

struct Page {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Pages by exact path; called on the server's thread.
using Pages = std::map<std::string, std::function<Page()>, std::less<>>;

struct HttpLimits {
  size_t connections = 64;
  size_t head_bytes = 16 << 10;
  size_t body_bytes = 1 << 20;                // of a request; read and ignored
  absl::Duration request = absl::Seconds(5);  // from its first byte to its last
  absl::Duration idle = absl::Seconds(75);    // before a first byte, also between requests
  absl::Duration answer = absl::Seconds(10);  // without a byte taken by the client
};

class HttpServer {
 public:
  // Listens at once; errors name the address.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const HostPort& address, Pages pages,
                                                            HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port really taken.
  int port() const { return port_; }

 private:
  class Core;
  HttpServer(std::unique_ptr<Core> core, int port, int stop);

  std::unique_ptr<Core> core_;
  const int port_;
  const int stop_;  // eventfd
  std::thread thread_;
};

}  // namespace muster::daemon
