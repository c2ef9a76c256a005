// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.x request, as far as a small read-only server needs it. Hostile input is
// expected: everything that is not plainly a request is refused with the status to answer.
// Source: RFC 9112 sections 2, 3, 5 and 6.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace muster::daemon {

struct HttpRequest {
  std::string method;
  std::string path;   // of the target, without the query
  std::string query;  // of the target, after '?', as sent
  std::string host;   // as sent, a port included
  std::string if_none_match;
  std::string last_event_id;  // where a reader of server-sent events was cut off
  bool keep_alive = true;
  uint64_t body_bytes = 0;  // Content-Length
};

// How many bytes of `buffer` the first head takes, its empty line included; npos while it is not
// there whole.
size_t HeadSize(absl::string_view buffer);

// The name or address in a Host field, without the port and in lower case; "" for what is neither.
std::string HostName(absl::string_view host);

// 0 when `request` was read from `head` (as cut by HeadSize), else the status: 400, 501 or 505.
int ParseHead(absl::string_view head, HttpRequest* request);

}  // namespace muster::daemon
