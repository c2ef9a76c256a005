// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_server.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "test/daemon/http/http_client.h"

namespace muster::daemon {
namespace {

std::unique_ptr<HttpServer> Serve(HttpLimits limits = {}, std::string large = "large") {
  Pages pages;
  pages["/healthz"] = [](const HttpRequest&) { return Page{200, "text/plain", "ok\n"}; };
  pages["/readyz"] = [](const HttpRequest&) {
    return Page{503, "text/plain", "not synced: pods\n"};
  };
  pages["/large"] = [large = std::move(large)](const HttpRequest&) {
    return Page{200, "text/plain", large};
  };
  auto server = HttpServer::Listen({"127.0.0.1", 0}, std::move(pages), limits);
  REQUIRE(server.ok());
  return *std::move(server);
}

TEST_CASE("a page is served with its status, and the connection kept") {
  const auto server = Serve();
  HttpClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /healthz?verbose=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.Answer();
    CHECK(absl::StrContains(answer, "HTTP/1.1 200 OK\r\n"));
    CHECK(absl::StrContains(answer, "\r\n\r\nok\n"));
  }
  client.Send("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string last = client.UntilClosed();
  CHECK(absl::StrContains(last, "HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(absl::StrContains(last, "not synced: pods\n"));
}

TEST_CASE("requests sent along are answered in order") {
  const auto server = Serve();
  HttpClient client(server->port());
  client.Send(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(absl::StrContains(client.Answer(), "ok\n"));
  CHECK(absl::StrContains(client.Answer(true), "HTTP/1.1 503"));
  const std::string missing = client.Answer();
  CHECK(absl::StrContains(missing, "HTTP/1.1 404 Not Found\r\n"));
  CHECK(absl::StrContains(missing, "/healthz /large /readyz"));
}

TEST_CASE("another method is refused and the connection lives on, its body forgotten") {
  const auto server = Serve();
  HttpClient client(server->port());
  client.Send("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /");
  const std::string refused = client.Answer();
  CHECK(absl::StrContains(refused, "HTTP/1.1 405 Method Not Allowed\r\n"));
  CHECK(absl::StrContains(refused, "Allow: GET, HEAD\r\n"));
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(absl::StrContains(client.Answer(), "ok\n"));
}

TEST_CASE("what is no request is answered with its fault and closed") {
  const auto server = Serve();
  const std::vector<std::pair<std::string, std::string>> table = {
      {"\r\n\r\n", "400"},
      {"garbage\r\n\r\n", "400"},
      {"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n", "413"},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "501"},
      {"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
      {std::string("\x16\x03\x01\x02\x00\x01\0\0\r\n\r\n", 12), "400"},
      {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
      {"GET / HTTP/1.1\r\nX: " + std::string(200000, 'a'), "431"},
  };
  for (const auto& [request, status] : table) {
    CAPTURE(request.substr(0, 60));
    HttpClient client(server->port());
    client.Send(request);
    CHECK(absl::StrContains(client.UntilClosed(), "HTTP/1.1 " + status + " "));
  }
  CHECK(absl::StrContains(Get(server->port(), "/healthz"), "ok\n"));
}

TEST_CASE("a client that dribbles its request is closed at the deadline") {
  HttpLimits limits;
  limits.request = absl::Milliseconds(100);
  const auto server = Serve(limits);
  HttpClient slow(server->port());
  slow.Send("GET /healthz HTTP/1.1\r\nX-a: b\r\n");
  HttpClient half_a_body(server->port());
  half_a_body.Send("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(slow.Closed());
  CHECK(half_a_body.Closed());
}

TEST_CASE("a client that says nothing is closed when idle too long") {
  HttpLimits limits;
  limits.idle = absl::Milliseconds(50);
  const auto server = Serve(limits);
  HttpClient silent(server->port());
  CHECK(silent.Closed());
}

TEST_CASE("a client that does not read its answer is closed, others are served meanwhile") {
  HttpLimits limits;
  limits.answer = absl::Milliseconds(200);
  const auto server = Serve(limits, std::string(32 << 20, 'x'));
  HttpClient deaf(server->port());
  deaf.Send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(absl::StrContains(Get(server->port(), "/healthz"), "ok\n"));
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  // Its further requests are accepted by the kernel until the server has closed the connection.
  while (deaf.Send("x") && std::chrono::steady_clock::now() < give_up) {
  }
  CHECK(std::chrono::steady_clock::now() < give_up);
}

TEST_CASE("a large answer arrives whole at a client that reads it") {
  const auto server = Serve({}, std::string(8 << 20, 'x'));
  CHECK(Get(server->port(), "/large").size() > (8 << 20));
}

TEST_CASE("when all connections are taken the quietest makes room") {
  HttpLimits limits;
  limits.connections = 8;
  const auto server = Serve(limits);
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 100; ++i) idle.push_back(std::make_unique<HttpClient>(server->port()));
  CHECK(absl::StrContains(Get(server->port(), "/healthz"), "ok\n"));
  CHECK(idle.front()->Closed());
}

TEST_CASE("stopping closes listener and connections at once") {
  auto server = Serve();
  const int port = server->port();
  HttpClient idle(port);
  HttpClient half(port);
  half.Send("GET /hea");
  CHECK(absl::StrContains(Get(port, "/healthz"), "ok\n"));
  const auto start = std::chrono::steady_clock::now();
  server = nullptr;
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  CHECK(idle.Closed());
  // The port is free again: another server takes it.
  CHECK(HttpServer::Listen({"127.0.0.1", port}, {}).ok());
}

TEST_CASE("an address that cannot be had is named") {
  const auto server = Serve();
  const auto taken = HttpServer::Listen({"127.0.0.1", server->port()}, {});
  REQUIRE_FALSE(taken.ok());
  CHECK(absl::StrContains(
      std::string(taken.status().message()),
      "cannot listen on 127.0.0.1:" + std::to_string(server->port()) + ": Address already"));
}

TEST_CASE("IPv6 is listened on where the machine has it") {
  const auto server = HttpServer::Listen({"::1", 0}, {});
  if (server.ok()) CHECK((*server)->port() > 0);
}

}  // namespace
}  // namespace muster::daemon
