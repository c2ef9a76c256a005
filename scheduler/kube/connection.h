// SPDX-License-Identifier: Apache-2.0
// Bytes to and from one server over one TCP connection, with or without TLS, without blocking.
//
// Costs one send a Write and one receive a piece of news: what arrives is taken in one large read
// and decrypted out of that. Its user is told when it stands, what it brings, and once that it has
// ended; inside each of these the user may Close it, but not destroy it. After Close the user hears
// nothing more.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/kube/sockets.h"
#include "scheduler/kube/tls.h"
#include "scheduler/kube/tls_bio.h"

namespace muster::kube {

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

// Shared by the connections of one thread.
struct ReadBuffers {
  std::string wire = std::string(size_t{128} << 10, '\0');
  std::string plain = std::string(size_t{16} << 10, '\0');  // one TLS record
};

class Connection final : private Sockets::Listener, private TlsWire {
 public:
  class User {
   public:
    // It stands, and nothing was sent yet but a handshake.
    virtual void OnOpen() = 0;
    virtual void OnBytes(absl::string_view bytes) = 0;
    // `why` is OK when the server ended it in good order.
    virtual void OnEnd(const absl::Status& why) = 0;

   protected:
    ~User() = default;
  };

  // `tls` may be null; all outlive the connection.
  Connection(Sockets& sockets, TlsContext* tls, ReadBuffers& buffers);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Without a user (null) it ends at the first byte that comes: nobody asked for any.
  void set_user(User* user) { user_ = user; }
  // Tries the addresses one after another; without any it ends with that error.
  void Open(const absl::StatusOr<std::vector<SocketAddress>>& addresses);
  void Write(std::string bytes);
  void Close();

  bool open() const { return state_ == State::kOpen; }
  bool closed() const { return state_ == State::kClosed; }
  // Whether all that was written has gone out.
  bool drained() const { return out_at_ == out_.size(); }
  // Bytes that the kernel has taken so far, also of TLS's own.
  uint64_t sent() const { return sent_; }

 private:
  enum class State { kNew, kConnecting, kHandshaking, kOpen, kClosed };

  void OnNews(uint32_t news) override;
  void ConnectNext();
  void OnConnected();
  void Handshake();
  void Stands();
  void Flush();
  void Read();
  void Decrypt();
  void Tell(absl::string_view bytes);
  void Fail(const absl::Status& why);
  void FailTls(int why);  // of SSL_get_error
  void WantWrites(bool wants);
  size_t Take(char* out, size_t size) override;
  ssize_t Put(const char* bytes, size_t size) override;

  Sockets& sockets_;
  TlsContext* const tls_;
  ReadBuffers& buffers_;
  User* user_ = nullptr;
  State state_ = State::kNew;
  std::vector<SocketAddress> addresses_;
  size_t next_address_ = 0;
  int socket_ = -1;
  TlsContext::Ssl ssl_;
  bool wants_writes_ = false;
  std::string out_;  // not taken by the kernel yet, from out_at_
  size_t out_at_ = 0;
  absl::string_view encrypted_;  // received, not decrypted yet; in buffers_
  uint64_t sent_ = 0;
};

}  // namespace muster::kube
