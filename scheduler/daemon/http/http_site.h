// SPDX-License-Identifier: Apache-2.0
// What an HTTP server serves, to whom, and within which limits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/daemon/http/event_log.h"
#include "scheduler/daemon/http/http_request.h"

namespace muster::daemon {

struct Page {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Quoted; given: a client may keep the page, and asks each time whether it is still this one.
  std::string etag = "";
  // Given: `body` is only the beginning; the events of HttpRules::events after that number follow
  // until the client leaves.
  std::optional<int64_t> events_after = std::nullopt;
};

// Pages by exact path, made for a GET or HEAD.
using Pages = std::map<std::string, std::function<Page(const HttpRequest&)>, std::less<>>;

struct HttpLimits {
  size_t connections = 64;
  size_t streams = 24;  // of these connections, those that follow events
  size_t head_bytes = 16 << 10;
  size_t body_bytes = 1 << 20;                   // of a request; read and ignored
  absl::Duration request = absl::Seconds(5);     // from its first byte to its last
  absl::Duration idle = absl::Seconds(75);       // before a first byte, also between requests
  absl::Duration making = absl::Seconds(5);      // until a page is made
  absl::Duration answer = absl::Seconds(10);     // without a byte taken by the client
  absl::Duration heartbeat = absl::Seconds(15);  // between events, so that both sides notice an end
};

struct HttpRules {
  // Names and addresses in a Host field, in lower case, without port; empty: any. A page that only
  // the own machine reaches needs it: a hostile site can point its own name at a loopback address,
  // and the browser then takes both for the same site.
  std::vector<std::string> hosts = {};
  std::string headers = "";  // whole lines, sent with every answer
  // Threads that make pages, for pages that wait for others; 0: the server's own.
  size_t makers = 0;
  std::shared_ptr<EventLog> events = nullptr;
};

}  // namespace muster::daemon
