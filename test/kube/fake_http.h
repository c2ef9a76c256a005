// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on a loopback port of its own, a thread per connection: the wire of the fake
// API server. A handler answers through the connection, or aborts it.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster::kube {

struct WireRequest {
  std::string method;
  std::string path;
  std::string query_text;
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;
};

class WireConnection {
 public:
  WireConnection(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
  ~WireConnection();

  bool ReadRequest(WireRequest* out);
  bool Reply(int code, absl::string_view type, absl::string_view body,
             absl::string_view extra_headers = "");
  bool BeginChunks(absl::string_view type);
  bool Chunk(absl::string_view bytes);
  bool EndChunks();
  // Bytes as they are.
  bool Write(absl::string_view bytes);
  // The client sees a reset.
  void Abort();
  bool PeerClosed();
  int fd() const { return fd_; }
  std::string ClientName() const;  // CN of the client certificate, or empty

 private:
  bool Fill();

  int fd_;
  SSL* ssl_;
  std::string buffer_;
};

class FakeHttp {
 public:
  // False: close the connection.
  using Handler = std::function<bool(const WireRequest&, WireConnection&)>;

  // `tls` may be null.
  FakeHttp(Handler handler, SSL_CTX* tls);
  ~FakeHttp();

  int port() const { return port_; }
  // Refuses connections and cuts those that stand; Resume listens on the same port again.
  void Down();
  void Up();
  int accepted() const { return accepted_; }
  int open();
  // TLS sessions of earlier connections that clients went on with.
  int resumed() const { return resumed_; }

 private:
  void Listen();
  void Accept();
  void Serve(int fd);

  Handler handler_;
  SSL_CTX* tls_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<int> accepted_{0};
  std::atomic<int> resumed_{0};
  std::thread acceptor_;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;
};

}  // namespace muster::kube
