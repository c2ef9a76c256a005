// SPDX-License-Identifier: Apache-2.0
// The wire under OpenSSL, as whoever owns the socket sees it. OpenSSL's own BIO for sockets asks
// the kernel for each record's head and body apart, and raises SIGPIPE.
#pragma once

#include <openssl/bio.h>
#include <sys/types.h>

#include <cstddef>

namespace muster::kube {

class TlsWire {
 public:
  // Up to `size` bytes of what was received; zero: nothing is left, and more may come.
  virtual size_t Take(char* out, size_t size) = 0;
  // As send(2), errno included.
  virtual ssize_t Put(const char* bytes, size_t size) = 0;

 protected:
  ~TlsWire() = default;
};

// Owned by the SSL that it is given to; the wire outlives it.
BIO* NewBio(TlsWire* wire);

// Of an errno: nothing was wrong, try again later.
bool WouldBlock(int code);

}  // namespace muster::kube
