// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/reviews.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/daemon/grpc/review_json.h"
#include "test/kube/fake_http.h"
#include "test/kube/hand_clock.h"

namespace muster::daemon {
namespace {

constexpr absl::Duration kLong = absl::Minutes(1);

// An API server that knows the token "good" of alice, who may what is in namespace team.
class Server {
 public:
  Server()
      : http([this](const kube::WireRequest& request,
                    kube::WireConnection& connection) { return Answer(request, connection); },
             nullptr) {
    kube::Credentials credentials;
    credentials.server = absl::StrCat("http://127.0.0.1:", http.port());
    credentials.token = "musters-own";
    reviews.emplace(credentials, clock);
  }

  std::atomic<int> code{201};
  std::atomic<bool> hangs{false};
  std::atomic<int> malformed{0};
  std::atomic<int> token_reviews{0};
  std::atomic<int> access_reviews{0};
  kube::HandClock clock;
  kube::FakeHttp http;
  std::optional<Reviews> reviews;

 private:
  bool Answer(const kube::WireRequest& request, kube::WireConnection& connection) {
    const auto header = [&request](const char* name) {
      const auto at = request.headers.find(name);
      return at == request.headers.end() ? "" : at->second;
    };
    if (request.method != "POST" || header("authorization") != "Bearer musters-own" ||
        header("content-type") != "application/json") {
      ++malformed;
    }
    while (hangs && !connection.PeerClosed()) std::this_thread::yield();
    std::string body = R"({"status":{"authenticated":false,"error":"unknown"}})";
    if (request.path == kTokenReviews) {
      ++token_reviews;
      if (absl::StrContains(request.body, R"("token":"good")")) {
        body = R"({"status":{"authenticated":true,"user":{"username":"alice","uid":"7",)"
               R"("groups":["a","b"],"extra":{"k":["v"]}}}})";
      }
    } else {
      ++access_reviews;
      if (request.path != kAccessReviews ||
          !absl::StrContains(request.body, R"("user":"alice","uid":"7","groups":["a","b"],)"
                                           R"("extra":{"k":["v"]})")) {
        ++malformed;
      }
      const bool allowed = absl::StrContains(request.body, R"("namespace":"team")");
      body = absl::StrCat(R"({"status":{"allowed":)", allowed ? "true" : "false", "}}");
    }
    return connection.Reply(code, "application/json", code == 201 ? body : "no");
  }
};

TEST_CASE("a token is reviewed once in a short while, and what its owner may too") {
  Server server;
  Reviews& reviews = *server.reviews;
  for (int i = 0; i < 3; ++i) {
    const auto caller = reviews.WhoIs("good", kLong);
    REQUIRE(caller.ok());
    CHECK(caller->name == "alice");
    CHECK(caller->groups == std::vector<std::string>{"a", "b"});
    CHECK(*reviews.May(*caller, {"list", "gangs", "team"}, kLong));
    CHECK_FALSE(*reviews.May(*caller, {"list", "gangs", ""}, kLong));
  }
  CHECK(server.token_reviews == 1);
  CHECK(server.access_reviews == 2);
  server.clock.Advance(absl::Seconds(3));  // what was refused may be granted meanwhile
  CHECK_FALSE(*reviews.May(*reviews.WhoIs("good", kLong), {"list", "gangs", ""}, kLong));
  CHECK(*reviews.May(*reviews.WhoIs("good", kLong), {"list", "gangs", "team"}, kLong));
  CHECK(server.token_reviews == 1);
  CHECK(server.access_reviews == 3);
  server.clock.Advance(absl::Seconds(10));  // a token may be taken back
  CHECK(*reviews.May(*reviews.WhoIs("good", kLong), {"list", "gangs", "team"}, kLong));
  CHECK(server.token_reviews == 2);
  CHECK(server.access_reviews == 4);
  CHECK(server.malformed == 0);
}

TEST_CASE("a token that is not good is unauthenticated, and asked about again soon") {
  Server server;
  Reviews& reviews = *server.reviews;
  for (int i = 0; i < 3; ++i) {
    CHECK(reviews.WhoIs("bad", kLong).status() ==
          absl::UnauthenticatedError("the bearer token is not valid, or no longer"));
  }
  CHECK(server.token_reviews == 1);
  server.clock.Advance(absl::Seconds(3));
  CHECK(absl::IsUnauthenticated(reviews.WhoIs("bad", kLong).status()));
  CHECK(server.token_reviews == 2);
  CHECK(absl::IsUnauthenticated(reviews.WhoIs("", kLong).status()));
  CHECK(absl::IsUnauthenticated(
      reviews.WhoIs(std::string(Reviews::kLongestToken + 1, 'x'), kLong).status()));
  CHECK(server.token_reviews == 2);
}

TEST_CASE("while the API server does not answer nobody gets in, and nothing of that is kept") {
  Server server;
  Reviews& reviews = *server.reviews;
  server.code = 403;
  const absl::Status refused = reviews.WhoIs("good", kLong).status();
  CHECK(refused.code() == absl::StatusCode::kUnavailable);
  CHECK(absl::StrContains(refused.message(), "403"));
  server.code = 201;
  server.hangs = true;
  CHECK(reviews.WhoIs("good", absl::Milliseconds(20)).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  server.hangs = false;
  const auto caller = reviews.WhoIs("good", kLong);
  CHECK(caller.ok());
  server.http.Down();
  CHECK(reviews.May(*caller, {"list", "gangs", "team"}, absl::Seconds(5)).status().code() ==
        absl::StatusCode::kUnavailable);
  server.http.Up();
}

TEST_CASE("whoever waits for a review is let go at the stop") {
  Server server;
  server.hangs = true;
  absl::Status status;
  std::thread asker([&] { status = server.reviews->WhoIs("good", absl::Hours(1)).status(); });
  while (server.http.accepted() == 0) std::this_thread::yield();
  server.reviews->Stop();
  asker.join();
  CHECK(status == absl::UnavailableError("the daemon is stopping"));
  server.reviews.reset();
  server.hangs = false;
}

TEST_CASE("texts cannot break out of a review's body") {
  CHECK(TokenReviewBody("a\"},\"x\":{\"") ==
        R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":)"
        R"("a\"},\"x\":{\""}})");
  Caller caller;
  caller.name = "a\"b";
  caller.groups = {"g\"", "h"};
  const std::string body = AccessReviewBody(caller, {"list", "gangs", "n\""});
  CHECK(absl::StrContains(body, R"("user":"a\"b","uid":"","groups":["g\"","h"],"extra":{})"));
  CHECK(absl::StrContains(body, R"("namespace":"n\"")"));
}

TEST_CASE("an answer that is none grants nothing") {
  for (const char* body :
       {"", "no", "[]", "{}", R"({"status":7})", R"({"status":{"allowed":7}})"}) {
    CHECK_FALSE(ReadAccessReview(body).ok());
    CHECK_FALSE(ReadTokenReview(body).ok());
  }
  for (const char* user : {"{}", "7", R"({"username":7})", R"({"username":""})"}) {
    CHECK_FALSE(
        ReadTokenReview(absl::StrCat(R"({"status":{"authenticated":true,"user":)", user, "}}"))
            .ok());
  }
}

TEST_CASE("a short memory is bounded and forgets in time") {
  ShortMemory<int> memory(3);
  for (int i = 0; i < 3; ++i) memory.Keep(absl::StrCat(i), i, absl::Seconds(10), {});
  CHECK(memory.Find("1", absl::Seconds(9)) == 1);
  CHECK_FALSE(memory.Find("1", absl::Seconds(10)).has_value());
  memory.Keep("3", 3, absl::Seconds(20), absl::Seconds(1));  // all others are still good
  CHECK(memory.size() == 1);
  CHECK(memory.Find("3", absl::Seconds(1)) == 3);
}

}  // namespace
}  // namespace muster::daemon
