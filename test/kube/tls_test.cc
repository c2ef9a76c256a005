// SPDX-License-Identifier: Apache-2.0
// Whom the client believes to be the API server. In each case the server sees no request.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/http.h"
#include "test/kube/http_fixture.h"
#include "test/kube/test_certificates.h"

namespace muster::kube {
namespace {

struct TlsServer {
  explicit TlsServer(const ServerName& name = {})
      : context(authority.ServerContext(name)), server(context) {}
  ~TlsServer() { SSL_CTX_free(context); }
  Credentials Trusting(const std::string& host = "127.0.0.1") {
    Credentials credentials;
    credentials.server = absl::StrCat("https://", host, ":", server.http().port());
    credentials.ca = authority.pem();
    return credentials;
  }
  TestAuthority authority;
  SSL_CTX* context;
  FakeApiServer server;
};

void CheckRefused(TlsServer& tls, const Credentials& credentials, const std::string& why) {
  Http http(credentials, HttpLimits());
  const HttpReply reply = Exchange(http, Get("/api/v1/pods"));
  CHECK(absl::IsUnavailable(reply.transport));
  CHECK_FALSE(reply.maybe_applied);
  INFO(reply.transport.message());
  CHECK(absl::StrContains(reply.transport.message(), why));
  CHECK(tls.server.Requests().empty());
}

TEST_CASE("a certificate of another authority is refused") {
  TlsServer tls;
  Credentials credentials = tls.Trusting();
  credentials.ca = TestAuthority().pem();
  CheckRefused(tls, credentials, "certificate verify failed");
  credentials.ca.clear();  // the system's know no test authority
  CheckRefused(tls, credentials, "certificate verify failed");
}

TEST_CASE("a certificate of another host is refused, also one that only calls itself so") {
  SECTION("an address") {
    TlsServer tls({"IP:127.0.0.2"});
    CheckRefused(tls, tls.Trusting(), "IP address mismatch");
  }
  SECTION("a name") {
    TlsServer tls({"DNS:elsewhere"});
    CheckRefused(tls, tls.Trusting("localhost"), "hostname mismatch");
  }
  SECTION("an address is no name") {
    TlsServer tls({"DNS:127.0.0.1"});
    CheckRefused(tls, tls.Trusting(), "IP address mismatch");
  }
  SECTION("the common name does not count") {
    TlsServer tls({nullptr});
    CheckRefused(tls, tls.Trusting(), "IP address mismatch");
  }
}

TEST_CASE("an expired certificate is refused") {
  TlsServer tls({"IP:127.0.0.1", -60});
  CheckRefused(tls, tls.Trusting(), "certificate has expired");
}

TEST_CASE("a server's certificate may name its host") {
  TlsServer tls({"DNS:localhost"});
  Http http(tls.Trusting("localhost"), HttpLimits());
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
}

TEST_CASE("without verification each of these is served") {
  TlsServer tls({"DNS:elsewhere", -60});
  Credentials credentials = tls.Trusting();
  credentials.ca.clear();
  credentials.insecure = true;
  Http http(credentials, HttpLimits());
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
}

TEST_CASE("a second connection resumes the session of the first") {
  TlsServer tls;
  Http http(tls.Trusting(), HttpLimits());
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
  tls.server.http().Down();
  while (tls.server.http().open() > 0) std::this_thread::yield();
  tls.server.http().Up();
  CHECK(Exchange(http, Get("/api/v1/pods")).ok());
  CHECK(tls.server.http().resumed() == 1);
}

TEST_CASE("PEM texts that are none are told in the answer to every request") {
  TlsServer tls;
  Credentials credentials = tls.Trusting();
  const SignedKey client = tls.authority.Sign("muster", /*server=*/false);
  std::string expected;
  SECTION("authority") {
    credentials.ca = "nonsense";
    expected = "certificate-authority: expected certificates in PEM";
  }
  SECTION("authority, cut short") {
    credentials.ca += credentials.ca.substr(0, credentials.ca.size() / 2);
    expected = "certificate-authority: expected certificates in PEM";
  }
  SECTION("certificate") {
    credentials.certificate = "nonsense";
    credentials.key = client.key;
    expected = "client-certificate: expected a certificate in PEM";
  }
  SECTION("key") {
    credentials.certificate = client.certificate;
    credentials.key = "nonsense";
    expected = "client-key: expected a private key";
  }
  SECTION("key of another") {
    credentials.certificate = client.certificate;
    credentials.key = tls.authority.Sign("other", false).key;
    expected = "client-key: expected the key of client-certificate in PEM";
  }
  Http http(credentials, HttpLimits());
  const HttpReply reply = Exchange(http, Get("/api/v1/pods"));
  CHECK(absl::IsInvalidArgument(reply.transport));
  CHECK(absl::StrContains(reply.transport.message(), expected));
  CHECK_FALSE(reply.maybe_applied);
}

TEST_CASE("a handshake that does not come to its end is given up, with nothing sent") {
  // It listens, and never accepts: the kernel shakes hands, TLS does not.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener, 8) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  Credentials credentials;
  credentials.server = absl::StrCat("https://127.0.0.1:", ntohs(address.sin_port));
  HttpLimits limits;
  limits.connect = absl::Milliseconds(40);
  Http http(credentials, limits);
  const HttpReply reply = Exchange(http, Get("/x"));
  CHECK(absl::IsDeadlineExceeded(reply.transport));
  CHECK_FALSE(reply.maybe_applied);
  close(listener);
}

TEST_CASE("plain HTTP where TLS is expected is no server") {
  FakeApiServer server;
  Credentials credentials;
  credentials.server = absl::StrCat("https://127.0.0.1:", server.http().port());
  HttpLimits limits;
  limits.connect = absl::Milliseconds(100);  // each waits for more of what it does not understand
  Http http(credentials, limits);
  const HttpReply reply = Exchange(http, Get("/x"));
  CHECK_FALSE(reply.transport.ok());
  CHECK_FALSE(reply.maybe_applied);
}

}  // namespace
}  // namespace muster::kube
