// SPDX-License-Identifier: Apache-2.0
// TLS of a client as the API server asks for it: what is trusted, who we are, and the session that
// spares the next connection a whole handshake.
//
// The server's chain must end in `credentials.ca` (in the system's authorities where that is empty)
// and its certificate must name the host of the URL, unless `insecure`. TLS 1.2 or newer.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "scheduler/kube/credentials.h"

namespace muster::kube {

class TlsContext {
 public:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Ssl = std::unique_ptr<SSL, Free>;

  // `host` is a name or an address. InvalidArgument: a PEM text that is none.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Make(const Credentials& credentials,
                                                          const std::string& host);

  // A client's side of a new connection; its bytes go through a BIO that the caller sets.
  Ssl NewClient();

 private:
  TlsContext(std::string host, bool verifies) : host_(std::move(host)), verifies_(verifies) {}
  absl::Status Trust(const std::string& authorities);
  absl::Status Identify(const std::string& certificate, const std::string& key);
  static int OnSession(SSL* ssl, SSL_SESSION* session);

  const std::string host_;
  const bool verifies_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL_SESSION, Free> session_;  // of the newest connection
};

// What went wrong in the last call on `ssl`, in OpenSSL's words; takes it off the thread's queue.
std::string TlsErrorText(const SSL* ssl);

}  // namespace muster::kube
