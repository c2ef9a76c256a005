// SPDX-License-Identifier: Apache-2.0
// What a server, or whoever answers in its place, may do to a connection: each answer as raw bytes.
#include <catch2/catch.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/http.h"
#include "test/kube/http_fixture.h"

namespace muster::kube {
namespace {

// Answers every request with the same bytes, and then keeps or ends the connection.
struct RawServer {
  explicit RawServer(std::string bytes, bool keeps = false)
      : answer(std::move(bytes)),
        http(
            [this, keeps](const WireRequest&, WireConnection& connection) {
              ++requests;
              return connection.Write(answer) && keeps;
            },
            nullptr) {}
  Credentials credentials() const {
    Credentials out;
    out.server = absl::StrCat("http://127.0.0.1:", http.port());
    return out;
  }
  const std::string answer;
  std::atomic<int> requests{0};
  FakeHttp http;
};

HttpReply Ask(const std::string& answer, size_t max_reply = 1 << 20) {
  RawServer server(answer);
  Http http(server.credentials(), HttpLimits());
  HttpRequest request = Get("/x");
  request.max_reply = max_reply;
  return Exchange(http, std::move(request));
}

TEST_CASE("bytes that are no whole HTTP answer are told as no answer, with perhaps an effect") {
  const char* const answers[] = {
      "",
      "\x16\x03\x01",
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "HTTP/1.1 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: spdy\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
  };
  for (const char* answer : answers) {
    CAPTURE(answer);
    const HttpReply reply = Ask(answer);
    CHECK(absl::IsUnavailable(reply.transport));
    CHECK(reply.maybe_applied);
  }
}

TEST_CASE("a head without end is cut off") {
  const std::string line = absl::StrCat("X-A: ", std::string(1000, 'a'), "\r\n");
  std::string answer = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 30; ++i) answer += line;
  CHECK(Ask(answer + "Content-Length: 2\r\n\r\nok").body == "ok");  // large, yet a head
  for (int i = 0; i < 200; ++i) answer += line;
  CHECK(absl::IsUnavailable(Ask(answer).transport));
  // Nor may the extension of a chunk go on for ever.
  CHECK(absl::IsUnavailable(
      Ask(absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
                       std::string(200'000, 'a')))
          .transport));
}

TEST_CASE("lengths, chunks and the end of the connection delimit a body") {
  CHECK(Ask("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").body == "abc");
  CHECK(Ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nX-Trailer: t\r\n\r\n")
            .body == "abc");
  CHECK(Ask("HTTP/1.1 200 OK\r\n\r\nabc").body == "abc");
  CHECK(Ask("HTTP/1.0 200 OK\r\n\r\nabc").body == "abc");
  CHECK(Ask("HTTP/1.1 204 No Content\r\n\r\n").code == 204);
  CHECK(Ask("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\n"
            "Content-Length: 0\r\n\r\n")
            .code == 201);
  const HttpReply busy =
      Ask("HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\nContent-Type: text/plain\r\n"
          "Content-Length: 4\r\n\r\nbusy");
  CHECK(busy.code == 429);
  CHECK(busy.retry_after == absl::Seconds(7));
  CHECK(busy.content_type == "text/plain");
  CHECK(Ask("HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n").retry_after ==
        absl::ZeroDuration());
}

TEST_CASE("a body above the limit is refused, whatever announces its length") {
  const std::string body(20, 'x');
  CHECK(absl::IsResourceExhausted(
      Ask(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", body), 19).transport));
  CHECK(absl::IsResourceExhausted(
      Ask(absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n", body), 19)
          .transport));
  CHECK(
      absl::IsResourceExhausted(Ask(absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", body), 19).transport));
}

TEST_CASE("a connection is used again only after an answer that leaves it fit for that") {
  const auto connections = [](const std::string& answer) {
    RawServer server(answer, /*keeps=*/true);
    Http http(server.credentials(), HttpLimits());
    for (int i = 0; i < 3; ++i) CHECK(Exchange(http, Get("/x")).code == 200);
    CHECK(server.requests == 3);
    return server.http.accepted();
  };
  CHECK(connections("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == 1);
  CHECK(connections("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok") == 3);
  CHECK(connections("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Not yours\r\n") ==
        3);
}

TEST_CASE("a connection that the server closed while it was idle gets no request") {
  FakeApiServer server;
  Http http(PlainCredentials(server), HttpLimits());
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
  server.http().Down();
  while (server.http().open() > 0) std::this_thread::yield();
  server.http().Up();
  for (int i = 0; i < 3; ++i) CHECK(Exchange(http, Get("/api/v1/pods")).ok());
  CHECK(server.Requests().size() == 4);
  CHECK(server.http().accepted() == 2);
}

TEST_CASE("an early answer ends a request that is still being sent") {
  FakeHttp::Handler refuse;
  RawServer server("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  Http http(server.credentials(), HttpLimits());
  HttpRequest request = Get("/x");
  request.method = "POST";
  request.content_type = "text/plain";
  request.body = std::string(8 << 20, 'x');
  const HttpReply reply = Exchange(http, std::move(request));
  CHECK(reply.maybe_applied);
}

TEST_CASE("a path that would begin another line of the head is not sent") {
  FakeApiServer server;
  Http http(PlainCredentials(server), HttpLimits());
  for (const char* path : {"/x HTTP/1.1\r\nX-Evil: 1", "/x y", "/x\ny"}) {
    const HttpReply reply = Exchange(http, Get(path));
    CHECK(absl::IsInvalidArgument(reply.transport));
    CHECK_FALSE(reply.maybe_applied);
  }
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
  CHECK(server.Requests().size() == 1);
}

TEST_CASE("what is wrong with the server's URL is told as the answer to every request") {
  for (const char* url : {"ftp://x", "https://", "https://a:b", "https://[::1", "https://u@h",
                          "https://h:99999", "https://h?x"}) {
    Credentials credentials;
    credentials.server = url;
    Http http(credentials, HttpLimits());
    const HttpReply reply = Exchange(http, Get("/x"));
    CAPTURE(url);
    CHECK(absl::IsInvalidArgument(reply.transport));
    CHECK(absl::StrContains(reply.transport.message(), "expected https://HOST[:PORT][/PREFIX]"));
    CHECK_FALSE(reply.maybe_applied);
  }
}

TEST_CASE("the server may be named, and may live under a prefix") {
  FakeApiServer server;
  Credentials credentials;
  credentials.server = absl::StrCat("http://localhost:", server.http().port(), "/api");
  Http http(credentials, HttpLimits());
  CHECK(Exchange(http, Get("/v1/pods")).ok());
  CHECK(server.Requests()[0].headers.at("host") ==
        absl::StrCat("localhost:", server.http().port()));
  credentials.server = "http://no-such-host.invalid";
  Http nobody(credentials, HttpLimits());
  const HttpReply reply = Exchange(nobody, Get("/v1/pods"));
  CHECK(absl::IsUnavailable(reply.transport));
  CHECK(absl::StrContains(reply.transport.message(), "no-such-host.invalid"));
  CHECK_FALSE(reply.maybe_applied);
}

TEST_CASE("a request may be cancelled from within the stream of its own or another's") {
  FakeApiServer server;
  server.Put(MakePod("p"));
  Http http(PlainCredentials(server), HttpLimits());
  server.Add({"GET", "/slow", 1, Fault::Act::kHang});
  bool told = false;
  const Http::Id slow = http.Send(Get("/slow"), [&](HttpReply) { told = true; });
  while (server.Count("GET", "/slow") < 1) http.Poll(absl::Milliseconds(1));
  const std::string watch = "/api/v1/pods?watch=1&sendInitialEvents=true";
  Http::Id own = 0;
  int chunks = 0;
  own = http.Stream(
      Get(watch),
      [&](absl::string_view) {
        ++chunks;
        http.Cancel(slow);
        http.Cancel(own);
        return true;
      },
      [&](HttpReply) { told = true; });
  while (chunks == 0) http.Poll(absl::Milliseconds(1));
  for (int i = 0; i < 5; ++i) http.Poll(absl::Milliseconds(1));
  CHECK(chunks == 1);
  CHECK_FALSE(told);
  CHECK(http.Pending(Lane::kRead) == 0);
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
}

}  // namespace
}  // namespace muster::kube
