// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/tls_bio.h"

#include <cerrno>

#include "scheduler/model/check.h"

namespace muster::kube {
namespace {

TlsWire& WireOf(BIO* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

int Read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  const size_t count = WireOf(bio).Take(out, static_cast<size_t>(size));
  if (count > 0) return static_cast<int>(count);
  BIO_set_retry_read(bio);
  return -1;
}

int Write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t put = WireOf(bio).Put(bytes, static_cast<size_t>(size));
  if (put < 0 && WouldBlock(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(put);
}

long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* MakeMethod() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
  MUSTER_CHECK(method != nullptr);
  BIO_meth_set_read(method, &Read);
  BIO_meth_set_write(method, &Write);
  BIO_meth_set_ctrl(method, &Control);
  return method;
}

}  // namespace

BIO* NewBio(TlsWire* wire) {
  static BIO_METHOD* const method = MakeMethod();
  BIO* bio = BIO_new(method);
  MUSTER_CHECK(bio != nullptr);
  BIO_set_data(bio, wire);
  BIO_set_init(bio, 1);
  return bio;
}

bool WouldBlock(int code) { return code == EAGAIN || code == EWOULDBLOCK || code == EINTR; }

}  // namespace muster::kube
