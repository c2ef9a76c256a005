// SPDX-License-Identifier: Apache-2.0
#include "test/kube/fake_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace muster::kube {
namespace {

std::string Unescape(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out.push_back(
          static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

void ParseTarget(absl::string_view target, WireRequest* out) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(target, absl::MaxSplits('?', 1));
  out->path = std::string(parts.first);
  out->query_text = std::string(parts.second);
  for (absl::string_view pair : absl::StrSplit(parts.second, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> item =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    out->query[std::string(item.first)] = Unescape(item.second);
  }
}

}  // namespace

WireConnection::~WireConnection() {
  if (ssl_ != nullptr) SSL_free(ssl_);
  close(fd_);
}

bool WireConnection::Fill() {
  char block[16 << 10];
  const ssize_t got =
      ssl_ != nullptr ? SSL_read(ssl_, block, sizeof(block)) : recv(fd_, block, sizeof(block), 0);
  if (got <= 0) return false;
  buffer_.append(block, static_cast<size_t>(got));
  return true;
}

bool WireConnection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ssl_ != nullptr
                            ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                            : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool WireConnection::ReadRequest(WireRequest* out) {
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return false;
  }
  const std::vector<std::string> lines = absl::StrSplit(buffer_.substr(0, end), "\r\n");
  buffer_.erase(0, end + 4);
  const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
  if (first.size() != 3) return false;
  out->method = first[0];
  ParseTarget(first[1], out);
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    out->headers[absl::AsciiStrToLower(header.first)] =
        std::string(absl::StripAsciiWhitespace(header.second));
  }
  size_t length = 0;
  if (!absl::SimpleAtoi(out->headers["content-length"], &length)) length = 0;
  while (buffer_.size() < length) {
    if (!Fill()) return false;
  }
  out->body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return true;
}

bool WireConnection::Reply(int code, absl::string_view type, absl::string_view body,
                           absl::string_view extra_headers) {
  return Write(absl::StrCat("HTTP/1.1 ", code, " Fake\r\nContent-Type: ", type,
                            "\r\nContent-Length: ", body.size(), "\r\n", extra_headers, "\r\n",
                            body));
}

bool WireConnection::BeginChunks(absl::string_view type) {
  return Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: ", type,
                            "\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

bool WireConnection::Chunk(absl::string_view bytes) {
  return Write(absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n"));
}

bool WireConnection::EndChunks() { return Write("0\r\n\r\n"); }

void WireConnection::Abort() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

bool WireConnection::PeerClosed() {
  pollfd poll_fd{fd_, POLLIN | POLLRDHUP, 0};
  if (poll(&poll_fd, 1, 0) <= 0) return false;
  return (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::string WireConnection::ClientName() const {
  X509* certificate = ssl_ != nullptr ? SSL_get1_peer_certificate(ssl_) : nullptr;
  if (certificate == nullptr) return "";
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  X509_free(certificate);
  return name;
}

FakeHttp::FakeHttp(Handler handler, SSL_CTX* tls) : handler_(std::move(handler)), tls_(tls) {
  Up();
}

FakeHttp::~FakeHttp() {
  Down();
  for (std::thread& thread : threads_) thread.join();
}

void FakeHttp::Up() {
  Listen();
  acceptor_ = std::thread([this] { Accept(); });
}

void FakeHttp::Down() {
  if (listener_ < 0) return;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  listener_ = -1;
  std::lock_guard<std::mutex> lock(mutex_);
  for (int fd : open_) shutdown(fd, SHUT_RDWR);
}

int FakeHttp::open() {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(open_.size());
}

void FakeHttp::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port_));
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  if (listen(listener_, 128) != 0) std::abort();
}

void FakeHttp::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ++accepted_;
    std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(fd);
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void FakeHttp::Serve(int fd) {
  // OpenSSL writes to clients that left. Blocked here alone, so that one of the client's own shows.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  SSL* ssl = nullptr;
  bool ready = true;
  if (tls_ != nullptr) {
    ssl = SSL_new(tls_);
    SSL_set_fd(ssl, fd);
    ready = SSL_accept(ssl) == 1;
    if (SSL_session_reused(ssl) == 1) ++resumed_;
  }
  WireConnection connection(fd, ssl);
  WireRequest request;
  while (ready && connection.ReadRequest(&request)) {
    if (!handler_(request, connection)) break;
    request = WireRequest();
  }
  std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(fd);
}

}  // namespace muster::kube
