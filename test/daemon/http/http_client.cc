// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/http/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "scheduler/model/check.h"

namespace muster::daemon {

HttpClient::HttpClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience = {20, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  MUSTER_CHECK(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
}

HttpClient::~HttpClient() { close(socket_); }

bool HttpClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpClient::ReadMore() {
  char bytes[16384];
  const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
  if (size <= 0) return false;
  input_.append(bytes, static_cast<size_t>(size));
  return true;
}

std::string HttpClient::Answer(bool head_only) {
  static constexpr absl::string_view kLength = "Content-Length: ";
  size_t end;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return std::exchange(input_, "");
  }
  size_t size = end + 4;
  const size_t length = input_.find(std::string(kLength));
  if (!head_only && length < end) {
    size += static_cast<size_t>(std::atol(input_.c_str() + length + kLength.size()));
  }
  while (input_.size() < size) {
    if (!ReadMore()) return std::exchange(input_, "");
  }
  std::string answer = input_.substr(0, size);
  input_.erase(0, size);
  return answer;
}

std::string HttpClient::Until(absl::string_view text) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  size_t at;
  size_t searched = 0;
  while ((at = input_.find(text.data(), searched, text.size())) == std::string::npos) {
    searched = input_.size() - std::min(input_.size(), text.size());
    // Heartbeats would keep a reader of nothing for ever.
    if (std::chrono::steady_clock::now() > give_up || !ReadMore()) return std::exchange(input_, "");
  }
  std::string read = input_.substr(0, at + text.size());
  input_.erase(0, at + text.size());
  return read;
}

std::string HttpClient::UntilClosed() {
  while (ReadMore()) {
  }
  return std::exchange(input_, "");
}

std::string Get(int port, absl::string_view path) {
  HttpClient client(port);
  client.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\n\r\n"));
  return client.Answer();
}

}  // namespace muster::daemon
