// SPDX-License-Identifier: Apache-2.0
// A client of few manners for the HTTP server's tests: it sends what it is told, byte by byte where
// asked, and reads until a whole answer, the end, or a deadline that only a hanging server meets.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::daemon {

class HttpClient {
 public:
  explicit HttpClient(int port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool Send(absl::string_view bytes);
  // One answer with its body, by Content-Length; what was read so far when the server closes.
  std::string Answer(bool head_only = false);
  // Everything up to and with `text`; what was read so far when the server closes.
  std::string Until(absl::string_view text);
  // Everything until the server closes.
  std::string UntilClosed();
  // Whether the server closed the connection with nothing more to say.
  bool Closed() { return UntilClosed().empty(); }

 private:
  bool ReadMore();

  int socket_;
  std::string input_;
};

// "GET path" on a connection of its own.
std::string Get(int port, absl::string_view path);

}  // namespace muster::daemon
