// SPDX-License-Identifier: Apache-2.0
// A certificate authority in memory, for tests of TLS: it signs a server for 127.0.0.1 and clients.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

namespace muster::kube {

struct SignedKey {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

struct ServerName {
  const char* alternative = "IP:127.0.0.1";
  long valid_seconds = 3600;  // from now; negative: expired
};

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  std::string pem() const;
  SignedKey Sign(const std::string& name, bool server);
  // A server of these names, as `openssl -addext subjectAltName=` takes them.
  SignedKey SignServer(const std::string& alternatives);
  // A server that asks clients for a certificate of this authority. Owned by the caller.
  SSL_CTX* ServerContext(const ServerName& name = {});

 private:
  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace muster::kube
