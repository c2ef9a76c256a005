// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for probes, scrapes and the page: one thread of its own, poll(), GET and
// HEAD, and streams of events.
//
// Invariants: it never waits on the scheduler's thread (a page reads a snapshot, or is made by
// threads of its own); no client holds more than one slot of `connections`, `head_bytes` of memory
// and its answer or one event; a slow client is closed when a deadline passes, a page that is not
// made by then is refused; when all slots are taken the connection that has been quiet the
// longest makes room for a new one, so that idle or malicious clients cannot shut a probe out.
// Destruction closes everything at once and waits for the thread.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "scheduler/daemon/flags.h"
#include "scheduler/daemon/http/http_site.h"

namespace muster::daemon {

class HttpServer {
 public:
  // Listens at once; errors name the address.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const HostPort& address, Pages pages,
                                                            HttpLimits limits = {},
                                                            HttpRules rules = {});
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
