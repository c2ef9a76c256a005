// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

// Of one connection, before others have their turn.
constexpr int kReadsAtOnce = 8;
// A peer that vanished without a word is noticed within a minute.
constexpr int kProbeAfterSeconds = 30;
constexpr int kProbeEverySeconds = 10;

absl::Status Errno(absl::string_view what, int code) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(code)));
}

void SetOptions(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof(value));
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
}

}  // namespace

Connection::Connection(Sockets& sockets, TlsContext* tls, ReadBuffers& buffers)
    : sockets_(sockets), tls_(tls), buffers_(buffers) {}

Connection::~Connection() { Close(); }

void Connection::Open(const absl::StatusOr<std::vector<SocketAddress>>& addresses) {
  if (!addresses.ok()) {
    Fail(addresses.status());
    return;
  }
  addresses_ = *addresses;
  state_ = State::kConnecting;
  ConnectNext();
}

void Connection::ConnectNext() {
  int error = EADDRNOTAVAIL;
  while (next_address_ < addresses_.size()) {
    const SocketAddress& address = addresses_[next_address_++];
    socket_ =
        socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (socket_ >= 0) {
      SetOptions(socket_);
      const auto* name = reinterpret_cast<const sockaddr*>(&address.bytes);
      if (connect(socket_, name, address.size) == 0 || errno == EINPROGRESS) {
        wants_writes_ = true;
        sockets_.Add(socket_, this, /*writes=*/true);
        return;
      }
    }
    error = errno;
    if (socket_ >= 0) close(std::exchange(socket_, -1));
  }
  Fail(Errno("cannot connect", error));
}

void Connection::OnConnected() {
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    sockets_.Remove(socket_);
    close(std::exchange(socket_, -1));
    if (next_address_ < addresses_.size())
      ConnectNext();
    else
      Fail(Errno("cannot connect", error));
    return;
  }
  if (tls_ == nullptr) {
    Stands();
    return;
  }
  ssl_ = tls_->NewClient();
  BIO* bio = NewBio(this);
  SSL_set_bio(ssl_.get(), bio, bio);
  state_ = State::kHandshaking;
  Handshake();
}

void Connection::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const int why = SSL_get_error(ssl_.get(), result);
  if (result == 1)
    Stands();
  else if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
    WantWrites(why == SSL_ERROR_WANT_WRITE);
  else
    FailTls(why);
}

void Connection::Stands() {
  state_ = State::kOpen;
  WantWrites(false);
  user_->OnOpen();
}

void Connection::OnNews(uint32_t news) {
  if (state_ == State::kConnecting) {
    if (news & (EPOLLOUT | EPOLLERR | EPOLLHUP)) OnConnected();
    return;
  }
  if (news & EPOLLOUT) {
    if (state_ == State::kHandshaking)
      Handshake();
    else
      Flush();
  }
  if (news & (EPOLLIN | EPOLLERR | EPOLLHUP)) Read();
}

void Connection::Write(std::string bytes) {
  if (out_at_ == out_.size()) {
    out_ = std::move(bytes);
    out_at_ = 0;
  } else {
    out_ += bytes;
  }
  Flush();
}

void Connection::Flush() {
  bool blocked = false;
  while (state_ == State::kOpen && out_at_ < out_.size() && !blocked) {
    const size_t size = out_.size() - out_at_;
    if (ssl_ == nullptr) {
      const ssize_t put = Put(out_.data() + out_at_, size);
      blocked = put < 0 && WouldBlock(errno);
      if (put > 0) out_at_ += static_cast<size_t>(put);
      if (put < 0 && !blocked) Fail(Errno("cannot send", errno));
      continue;
    }
    ERR_clear_error();
    size_t put = 0;
    const int result = SSL_write_ex(ssl_.get(), out_.data() + out_at_, size, &put);
    const int why = SSL_get_error(ssl_.get(), result);
    blocked = why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ;
    if (result == 1) out_at_ += put;
    if (result != 1 && !blocked) FailTls(why);
  }
  if (state_ == State::kOpen) WantWrites(blocked);
}

ssize_t Connection::Put(const char* bytes, size_t size) {
  const ssize_t put = send(socket_, bytes, size, MSG_NOSIGNAL);
  if (put > 0) sent_ += static_cast<uint64_t>(put);
  return put;
}

size_t Connection::Take(char* out, size_t size) {
  const size_t count = std::min(size, encrypted_.size());
  if (count == 0) return 0;  // nothing has come: there is no memory to copy from
  std::memcpy(out, encrypted_.data(), count);
  encrypted_.remove_prefix(count);
  return count;
}

void Connection::Read() {
  for (int i = 0; i < kReadsAtOnce && socket_ >= 0; ++i) {
    const ssize_t got = recv(socket_, buffers_.wire.data(), buffers_.wire.size(), 0);
    if (got < 0 && WouldBlock(errno)) return;
    if (got < 0) {
      Fail(Errno("the connection broke", errno));
      return;
    }
    if (got == 0) {
      // TLS says good-bye first. Told of this, OpenSSL would hold its session for spoilt.
      Fail(ssl_ == nullptr ? absl::OkStatus() : absl::UnavailableError("the connection broke"));
      return;
    }
    const absl::string_view bytes(buffers_.wire.data(), static_cast<size_t>(got));
    if (ssl_ != nullptr) {
      encrypted_ = bytes;
      if (state_ == State::kHandshaking) Handshake();
      if (state_ == State::kOpen) Decrypt();
      // OpenSSL keeps the beginning of a record itself; more is left only where it cannot go on.
      if (socket_ >= 0 && !encrypted_.empty()) Fail(absl::UnavailableError("TLS: stalled"));
    } else {
      Tell(bytes);
    }
    if (bytes.size() < buffers_.wire.size()) return;  // there was no more
  }
}

void Connection::Decrypt() {
  ERR_clear_error();
  while (state_ == State::kOpen && (!encrypted_.empty() || SSL_pending(ssl_.get()) > 0)) {
    size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), buffers_.plain.data(), buffers_.plain.size(), &got);
    if (result == 1) {
      Tell(absl::string_view(buffers_.plain.data(), got));
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), result);
    if (why == SSL_ERROR_WANT_READ) return;
    if (why == SSL_ERROR_ZERO_RETURN)
      Fail(absl::OkStatus());
    else
      FailTls(why);
  }
}

void Connection::WantWrites(bool wants) {
  if (wants == wants_writes_) return;
  wants_writes_ = wants;
  sockets_.Want(socket_, wants);
}

void Connection::FailTls(int why) {
  const bool broke = why == SSL_ERROR_SYSCALL;
  const std::string text = broke ? "the connection broke" : TlsErrorText(ssl_.get());
  if (!broke) ssl_.reset();  // with it goes its session
  Fail(absl::UnavailableError(text));
}

void Connection::Tell(absl::string_view bytes) {
  if (user_ != nullptr)
    user_->OnBytes(bytes);
  else
    Close();
}

void Connection::Fail(const absl::Status& why) {
  if (state_ == State::kClosed) return;
  Close();
  if (user_ != nullptr) user_->OnEnd(why);
}

void Connection::Close() {
  // Without a word to the peer, as HTTP needs none; the session stays good for the next one.
  if (ssl_ != nullptr && state_ == State::kOpen) {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  state_ = State::kClosed;
  if (socket_ < 0) return;
  sockets_.Remove(socket_);
  close(std::exchange(socket_, -1));
}

}  // namespace muster::kube
