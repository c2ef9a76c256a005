// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/http.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/api_error.h"
#include "test/kube/http_fixture.h"
#include "test/kube/test_certificates.h"

namespace muster::kube {
namespace {

struct TlsServer {
  TlsServer() : context(authority.ServerContext()), server(context) {}
  ~TlsServer() { SSL_CTX_free(context); }
  Credentials Trusting() {
    Credentials credentials;
    credentials.server = absl::StrCat("https://127.0.0.1:", server.http().port());
    credentials.ca = authority.pem();
    return credentials;
  }
  TestAuthority authority;
  SSL_CTX* context;
  FakeApiServer server;
};

TEST_CASE("over TLS the server is verified and the client shows its certificate") {
  TlsServer tls;
  Credentials credentials = tls.Trusting();
  const SignedKey client = tls.authority.Sign("muster", /*server=*/false);
  credentials.certificate = client.certificate;
  credentials.key = client.key;
  Http http(credentials, HttpLimits());
  for (int i = 0; i < 3; ++i) CHECK(Exchange(http, Get("/api/v1/pods")).code == 200);
  CHECK(tls.server.last_client_name() == "muster");
  CHECK(tls.server.http().accepted() == 1);  // one connection, kept alive
}

TEST_CASE("a server of another authority gets no request, unless that is asked for") {
  TlsServer tls;
  const TestAuthority other;
  Credentials credentials = tls.Trusting();
  credentials.ca = other.pem();
  credentials.token = "secret";
  {
    Http http(credentials, HttpLimits());
    const HttpReply reply = Exchange(http, Get("/api/v1/pods"));
    CHECK(absl::IsUnavailable(reply.transport));
    CHECK_FALSE(reply.maybe_applied);
    CHECK(tls.server.Requests().empty());
  }
  credentials.insecure = true;
  Http http(credentials, HttpLimits());
  CHECK(Exchange(http, Get("/api/v1/pods")).code == 200);
}

TEST_CASE("a token file is read again when the server refuses the token in it") {
  FakeApiServer server;
  Credentials credentials = PlainCredentials(server);
  char file[] = "/tmp/muster-token-XXXXXX";
  const int fd = mkstemp(file);
  REQUIRE(fd >= 0);
  close(fd);
  credentials.token_file = file;
  std::ofstream(file) << "first\n";
  Http http(credentials, HttpLimits());
  Exchange(http, Get("/api/v1/pods"));
  std::ofstream(file) << "second\n";
  Exchange(http, Get("/api/v1/pods"));  // the first one is still in use
  server.Add({"GET", "/api/v1/pods", 1, Fault::Act::kReply, 401});
  CHECK(Exchange(http, Get("/api/v1/pods")).code == 401);
  Exchange(http, Get("/api/v1/pods"));
  std::vector<std::string> tokens;
  for (const WireRequest& request : server.Requests()) {
    tokens.push_back(request.headers.at("authorization"));
  }
  CHECK(tokens ==
        std::vector<std::string>{"Bearer first", "Bearer first", "Bearer first", "Bearer second"});
  std::remove(file);
}

TEST_CASE("no answer is told as what it is, and whether the request may have had an effect") {
  FakeApiServer server;
  Http http(PlainCredentials(server), HttpLimits());
  SECTION("refused connection") {
    server.http().Down();
    const HttpReply reply = Exchange(http, Get("/x"));
    CHECK(absl::IsUnavailable(reply.transport));
    CHECK_FALSE(reply.maybe_applied);
  }
  SECTION("cut") {
    server.Add({"GET", "/x", 1, Fault::Act::kCutBefore});
    const HttpReply reply = Exchange(http, Get("/x"));
    CHECK(absl::IsUnavailable(reply.transport));
    CHECK(reply.maybe_applied);
  }
  SECTION("slow") {
    server.Add({"GET", "/x", 1, Fault::Act::kHang});
    HttpRequest request = Get("/x");
    request.deadline = absl::Milliseconds(30);
    const HttpReply reply = Exchange(http, std::move(request));
    CHECK(absl::IsDeadlineExceeded(reply.transport));
    CHECK(reply.maybe_applied);
  }
  SECTION("longer than we take") {
    server.Add({"GET", "/x", 1, Fault::Act::kReply, 200, 0, std::string(100'000, 'x')});
    HttpRequest request = Get("/x");
    request.max_reply = 50'000;
    CHECK(absl::IsResourceExhausted(Exchange(http, std::move(request)).transport));
  }
  SECTION("fenced off") {
    http.set_may_write([] { return false; });
    HttpRequest request = Get("/x");
    request.fenced = true;
    const HttpReply reply = Exchange(http, std::move(request));
    CHECK(absl::IsFailedPrecondition(reply.transport));
    CHECK_FALSE(reply.maybe_applied);
    CHECK(server.Requests().empty());
  }
}

TEST_CASE("the fence is asked once the connection stands, not when the request is queued") {
  FakeApiServer server;
  HttpLimits limits;
  limits.in_flight[static_cast<size_t>(Lane::kBind)] = 1;
  Http http(PlainCredentials(server), limits);
  bool held = true;
  http.set_may_write([&] { return held; });
  std::vector<HttpReply> replies;
  for (int i = 0; i < 2; ++i) {
    HttpRequest request = Get("/api/v1/pods");
    request.lane = Lane::kBind;
    request.fenced = true;
    http.Send(std::move(request), [&](HttpReply reply) {
      replies.push_back(std::move(reply));
      held = false;  // lost while the second one waits in the lane
    });
  }
  while (replies.size() < 2) http.Poll(absl::Milliseconds(10));
  CHECK(replies[0].ok());
  CHECK(absl::IsFailedPrecondition(replies[1].transport));
  CHECK(server.Requests().size() == 1);
}

TEST_CASE("status writes keep to two at a time while binds are in flight") {
  FakeApiServer server;
  Http http(PlainCredentials(server), HttpLimits());
  server.Add({"GET", "/binding", 1, Fault::Act::kHangBefore});
  server.Add({"GET", "/status", 100, Fault::Act::kHangBefore});
  HttpRequest bind = Get("/binding");
  bind.lane = Lane::kBind;
  const Http::Id id = http.Send(bind, [](HttpReply) {});
  http.Poll(absl::ZeroDuration());
  for (int i = 0; i < 20; ++i) {
    HttpRequest request = Get("/status");
    request.lane = Lane::kWrite;
    http.Send(std::move(request), [](HttpReply) {});
  }
  while (server.Count("GET", "/status") < 2) http.Poll(absl::Milliseconds(5));
  for (int i = 0; i < 10; ++i) http.Poll(absl::Milliseconds(2));
  CHECK(server.Count("GET", "/status") == 2);
  http.Cancel(id);
  while (server.Count("GET", "/status") < 8) http.Poll(absl::Milliseconds(5));
  for (int i = 0; i < 10; ++i) http.Poll(absl::Milliseconds(2));
  CHECK(server.Count("GET", "/status") == 8);
}

TEST_CASE("errors read well, be they protobuf, JSON or text") {
  HttpReply reply;
  reply.code = 429;
  reply.body = "Too many requests, please try again later.\n";
  CHECK(ErrorText(reply) == "429: \"Too many requests, please try again later.\"");
  reply.code = 422;
  reply.body = R"({"kind":"Status","reason":"Invalid","message":"no such thing","code":422})";
  CHECK(ErrorText(reply) == "422 Invalid: no such thing");
  reply.code = 500;
  reply.body = std::string("k8s\0\xff\xff", 6);
  CHECK(absl::StartsWith(ErrorText(reply), "500: "));
  reply.body = std::string(5000, 'x');
  CHECK(ErrorText(reply).size() < 600);
}

}  // namespace
}  // namespace muster::kube
