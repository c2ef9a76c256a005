// SPDX-License-Identifier: Apache-2.0
// The HTTP server where pages wait for others, are kept by clients, or never end.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/daemon/http/http_server.h"
#include "test/daemon/http/http_client.h"

namespace muster::daemon {
namespace {

// A site with a stream, a page that waits until it is let go, and one that a client may keep.
struct Site {
  std::shared_ptr<EventLog> events = std::make_shared<EventLog>("e", 4, 64 << 20);
  std::promise<void> gate;
  std::unique_ptr<HttpServer> server;

  explicit Site(HttpLimits limits = {}, size_t makers = 0) {
    Pages pages;
    pages["/ok"] = [](const HttpRequest& request) {
      return Page{200, "text/plain", absl::StrCat("ok ", request.query)};
    };
    pages["/kept"] = [](const HttpRequest&) { return Page{200, "text/css", "body{}", "\"t1\""}; };
    pages["/waits"] = [open = gate.get_future().share()](const HttpRequest&) {
      open.wait();
      return Page{200, "text/plain", "at last"};
    };
    pages["/events"] = [log = events](const HttpRequest& request) {
      Page page{200, "text/event-stream", "hello\n\n"};
      page.events_after = std::max<int64_t>(log->Resume(request.last_event_id), 0);
      return page;
    };
    HttpRules rules;
    rules.hosts = {"localhost", "[::1]"};
    rules.headers = "X-Frame-Options: DENY\r\n";
    rules.makers = makers;
    rules.events = events;
    auto listens = HttpServer::Listen({"127.0.0.1", 0}, std::move(pages), limits, rules);
    REQUIRE(listens.ok());
    server = *std::move(listens);
  }
};

constexpr char kFollow[] = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";
std::string Ask(const Site& site, const std::string& path, const std::string& fields = "") {
  HttpClient client(site.server->port());
  client.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost:1\r\n", fields, "\r\n"));
  return client.Answer();
}

TEST_CASE("a Host that is not ours is refused, whatever is asked for") {
  const Site site;
  CHECK(absl::StrContains(Ask(site, "/ok?a=b"), "\r\n\r\nok a=b"));
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                           "", "localhost@evil.example", "[::1", "localhost:80:80"}) {
    CAPTURE(host);
    HttpClient client(site.server->port());
    client.Send(absl::StrCat("GET /ok HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
    const std::string answer = client.Answer();
    CHECK(absl::StrContains(answer, "HTTP/1.1 421 "));
    CHECK(absl::StrContains(answer, "it is under: localhost [::1]"));
  }
  HttpClient old(site.server->port());
  old.Send("GET /ok HTTP/1.0\r\n\r\n");
  CHECK(absl::StrContains(old.UntilClosed(), "HTTP/1.1 421 "));
}

TEST_CASE("every answer has the headers of the site, refusals too") {
  const Site site;
  for (const char* path : {"/ok", "/kept", "/nowhere"}) {
    CHECK(absl::StrContains(Ask(site, path), "X-Frame-Options: DENY\r\n"));
    CHECK(absl::StrContains(Ask(site, path), "X-Content-Type-Options: nosniff\r\n"));
  }
}

TEST_CASE("a page that the client has is not sent again") {
  const Site site;
  const std::string first = Ask(site, "/kept");
  CHECK(absl::StrContains(first, "ETag: \"t1\"\r\n"));
  CHECK(absl::StrContains(first, "Cache-Control: no-cache\r\n"));
  for (const char* tag : {"\"t1\"", "\"t0\", W/\"t1\"", "*"}) {
    HttpClient client(site.server->port());
    client.Send(
        absl::StrCat("GET /kept HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ", tag, "\r\n\r\n"));
    const std::string same = client.Answer();
    CHECK(absl::StrContains(same, "HTTP/1.1 304 Not Modified\r\n"));
    CHECK_FALSE(absl::StrContains(same, "body{}"));
    // The connection lives on.
    client.Send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(absl::StrContains(client.Answer(), "ok "));
  }
  CHECK(absl::StrContains(Ask(site, "/kept", "If-None-Match: \"t2\"\r\n"), "body{}"));
}

TEST_CASE("a page that waits keeps nobody else waiting") {
  Site site({}, 2);
  HttpClient waits(site.server->port());
  waits.Send("GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (int i = 0; i < 10; ++i) CHECK(absl::StrContains(Ask(site, "/ok"), "ok "));
  site.gate.set_value();
  CHECK(absl::StrContains(waits.Answer(), "at last"));
}

TEST_CASE("a page that is not made in time is refused, and comes to nobody later") {
  HttpLimits limits;
  limits.making = absl::Milliseconds(50);
  Site site(limits, 1);
  HttpClient waits(site.server->port());
  waits.Send("GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string refused = waits.Answer();
  CHECK(absl::StrContains(refused, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(refused, "did not answer in time"));
  site.gate.set_value();
  waits.Send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(absl::StrContains(waits.Answer(), "\r\n\r\nok "));
}

TEST_CASE("stopping ends with pages that wait to be made") {
  Site site({}, 1);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<HttpClient>(site.server->port()));
    clients.back()->Send("GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  CHECK(absl::StrContains(Ask(site, "/nowhere"), "404"));
  site.gate.set_value();
  site.server = nullptr;
  for (const auto& client : clients)
    CHECK_FALSE(absl::StrContains(client->UntilClosed(), "HTTP/1.1 5"));
}

TEST_CASE("events follow the beginning of a stream, each to all who follow") {
  Site site;
  site.events->Append("tick", "1");
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<HttpClient>(site.server->port()));
    clients.back()->Send(kFollow);
    const std::string head = clients.back()->Until("data: 1\n\n");
    CHECK(absl::StrContains(head, "Content-Type: text/event-stream\r\n"));
    CHECK(absl::StrContains(head, "\r\n\r\nhello\n\nid: e-1\n"));
    CHECK_FALSE(absl::StrContains(head, "Content-Length"));
  }
  CHECK(site.events->AwaitListener());
  site.events->Append("tick", "2");
  site.events->Append("tick", "3");
  for (const auto& client : clients) {
    CHECK(client->Until("data: 3\n\n") ==
          "id: e-2\nevent: tick\ndata: 2\n\nid: e-3\nevent: tick\ndata: 3\n\n");
  }
  HttpClient again(site.server->port());
  again.Send("GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: e-2\r\n\r\n");
  CHECK(absl::StrContains(again.Until("data: 3\n\n"), "\r\n\r\nhello\n\nid: e-3\n"));
  HttpClient head(site.server->port());
  head.Send("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK_FALSE(absl::StrContains(head.UntilClosed(), "hello"));
}

TEST_CASE("a quiet stream has a heartbeat") {
  HttpLimits limits;
  limits.heartbeat = absl::Milliseconds(20);
  const Site site(limits);
  HttpClient client(site.server->port());
  client.Send(kFollow);
  client.Until("hello\n\n");
  CHECK(client.Until(":\n\n:\n\n:\n\n") == ":\n\n:\n\n:\n\n");
}

TEST_CASE("only so many clients follow; one that leaves makes room, probes are served throughout") {
  HttpLimits limits;
  limits.streams = 3;
  limits.connections = 8;
  const Site site(limits);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<HttpClient>(site.server->port()));
    clients.back()->Send(kFollow);
    CHECK(absl::StrContains(clients.back()->Until("hello\n\n"), "200 OK"));
  }
  const std::string refused = Ask(site, "/events");
  CHECK(absl::StrContains(refused, "HTTP/1.1 503 "));
  CHECK(absl::StrContains(refused, "too many clients follow"));
  CHECK(absl::StrContains(refused, "Retry-After: "));
  // Idle connections make room for each other, not the streams for them.
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(std::make_unique<HttpClient>(site.server->port()));
  CHECK(absl::StrContains(Ask(site, "/ok"), "ok "));
  site.events->Append("tick", "1");
  for (const auto& client : clients)
    CHECK(absl::StrContains(client->Until("data: 1\n\n"), "id: e-1"));
  clients.pop_back();
  std::string answer;
  do {  // until the server has noticed
    HttpClient next(site.server->port());
    next.Send(kFollow);
    answer = next.Until("\n\n");
  } while (absl::StrContains(answer, " 503 "));
  CHECK(absl::StrContains(answer, "200 OK"));
}

TEST_CASE("a client that does not read its events is closed, others get theirs") {
  HttpLimits limits;
  limits.answer = absl::Seconds(2);
  const Site site(limits);
  HttpClient deaf(site.server->port());
  deaf.Send(kFollow);
  HttpClient hears(site.server->port());
  hears.Send(kFollow);
  hears.Until("hello\n\n");
  // More than the kernel takes for a client that does not read.
  for (int i = 1; i <= 16; ++i) {
    site.events->Append("tick", std::string(4 << 20, 'x'));
    CHECK(hears.Until("xxx\n\n").size() > (4 << 20));
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (deaf.Send("x") && std::chrono::steady_clock::now() < give_up) {
  }
  CHECK(std::chrono::steady_clock::now() < give_up);
  site.events->Append("tick", "1");
  CHECK(absl::StrContains(hears.Until("data: 1\n\n"), "event: tick"));
}

TEST_CASE("a client that falls behind what is kept is closed, to begin anew") {
  const Site site;
  site.events->Append("tick", "1");
  HttpClient behind(site.server->port());
  behind.Send(kFollow);
  behind.Until("data: 1\n\n");
  // Written while it does not read: by then the log has kept only the last four.
  for (int i = 0; i < 40; ++i) site.events->Append("tick", std::string(1 << 20, 'x'));
  CHECK(behind.UntilClosed().size() < 40u << 20);
}

TEST_CASE("what a client says while it follows is forgotten") {
  const Site site;
  HttpClient client(site.server->port());
  client.Send(kFollow);
  client.Until("hello\n\n");
  for (int i = 0; i < 20; ++i) client.Send(std::string(100000, 'x'));
  site.events->Append("tick", "1");
  CHECK(absl::StrContains(client.Until("data: 1\n\n"), "e-1"));
}

}  // namespace
}  // namespace muster::daemon
