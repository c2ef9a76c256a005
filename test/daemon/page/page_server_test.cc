// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/page_server.h"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "scheduler/daemon/page/assets.h"
#include "test/daemon/http/http_client.h"
#include "test/daemon/page/served_page.h"

namespace muster::daemon {
namespace {

std::string Ask(int port, const std::string& target, const std::string& host = "localhost") {
  HttpClient client(port);
  client.Send(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
  return client.Answer();
}

std::string Body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

template <typename Message>
Message Read(const std::string& answer) {
  Message message;
  INFO(answer.substr(0, 300));
  REQUIRE(absl::StrContains(answer, "HTTP/1.1 200 OK\r\n"));
  REQUIRE(absl::StrContains(answer, "Content-Type: application/json\r\n"));
  REQUIRE(google::protobuf::util::JsonStringToMessage(Body(answer), &message).ok());
  return message;
}

TEST_CASE("answers come as protobuf's JSON") {
  const ServedPage served;
  const int port = served.port();
  const auto queues = Read<v1::ListQueuesResponse>(Ask(port, "/api/v1/queues"));
  CHECK(queues.queues_size() == 9);
  CHECK(queues.queues(0).path() == "etl");
  const auto first = Read<v1::ListGangsResponse>(Ask(port, "/api/v1/gangs?page_size=30"));
  CHECK(first.gangs_size() == 30);
  CHECK(first.total() == 40);
  const auto second = Read<v1::ListGangsResponse>(
      Ask(port, absl::StrCat("/api/v1/gangs?page_size=30&page_token=", first.next_page_token())));
  CHECK(second.gangs_size() == 10);
  const v1::Gang& gang = first.gangs(0);
  const auto explained = Read<v1::Explanation>(Ask(
      port, absl::StrCat("/api/v1/explain?namespace=", gang.namespace_(), "&name=", gang.name())));
  CHECK(explained.gang().name() == gang.name());
  CHECK(Read<v1::ListNodesResponse>(Ask(port, "/api/v1/nodes?page_size=15")).nodes_size() == 15);
  CHECK(Read<v1::GetCostResponse>(Ask(port, "/api/v1/cost?group_by=namespace")).rows_size() > 0);
  CHECK(absl::StrContains(Ask(port, "/api/v1/decisions?most=5"), "{\"decisions\":[{\"at\":"));
  // Names of fields as in the .proto file.
  CHECK(absl::StrContains(Ask(port, "/api/v1/queues"), "\"waiting_gangs\":"));
}

TEST_CASE("filters of gangs are those of the request") {
  const ServedPage served;
  const auto some = Read<v1::ListGangsResponse>(
      Ask(served.port(), "/api/v1/gangs?queue=analytics&state=waiting&state=running"));
  CHECK(some.gangs_size() > 0);
  for (const v1::Gang& gang : some.gangs()) CHECK(gang.queue().substr(0, 10) == "analytics.");
  const auto none =
      Read<v1::ListGangsResponse>(Ask(served.port(), "/api/v1/gangs?search=no+such%20thing"));
  CHECK(none.gangs_size() == 0);
}

TEST_CASE("a wrong question is told what was expected") {
  const ServedPage served;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"gangs?page_size=0", "page_size: expected a number from 1 to 1000, not \\\"0\\\""},
      {"gangs?page_size=x", "page_size: expected a number"},
      {"gangs?page_size=99999999999999999999", "page_size: expected a number"},
      {"gangs?queue=a&queue=b", "queue: expected once, given more often"},
      {"gangs?colour=red", "no field \\\"colour\\\"; fields: namespace, page_size"},
      {"gangs?search=%FF", "the query: expected UTF-8 text, percent-encoded"},
      {"gangs?page_token=junk", "page_token: expected one that was given out"},
      {"explain?namespace=a", "name: expected a value"},
      {"explain?name=a", "namespace: expected a value"},
      {"nodes?page_size=5001", "page_size: expected a number from 1 to 5000"},
      {"decisions?after=-2", "after: expected a number"},
      {"cost?since=yesterday", "since: expected a time like 2026-01-31T08:00:00Z"},
      {"events?colour=red", "no field \\\"colour\\\"; fields: last_event_id"},
  };
  for (const auto& [target, message] : table) {
    CAPTURE(target);
    const std::string answer = Ask(served.port(), "/api/v1/" + target);
    CHECK(absl::StrContains(answer, "HTTP/1.1 400 Bad Request\r\n"));
    CHECK(absl::StrContains(answer, "{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\""));
    CHECK(absl::StrContains(answer, message));
  }
}

TEST_CASE("what is not there, and a scheduler that does not answer, have a status and a sentence") {
  ServedPage served;
  const std::string missing = Ask(served.port(), "/api/v1/explain?namespace=a&name=b");
  CHECK(absl::StrContains(missing, "HTTP/1.1 404 Not Found\r\n"));
  CHECK(absl::StrContains(
      missing, "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no gang or pod a/b\"}}"));
  const std::vector<std::pair<absl::Status, std::string>> table = {
      {absl::UnavailableError("not synced: pods"), "503 Service Unavailable"},
      {absl::ResourceExhaustedError("too many questions"), "429 Too Many Requests"},
      {absl::InternalError("x"), "500 Internal Server Error"},
  };
  for (const auto& [status, line] : table) {
    served.questions.Fail(status);
    for (const char* name : {"queues", "gangs", "nodes", "cost", "decisions", "events"}) {
      CAPTURE(name);
      const std::string answer = Ask(served.port(), absl::StrCat("/api/v1/", name));
      CHECK(absl::StrContains(answer, line));
      CHECK(absl::StrContains(answer, std::string(status.message())));
    }
  }
  served.questions.Fail(absl::OkStatus());
  served.questions.Stall(true);
  CHECK(
      absl::StrContains(Ask(served.port(), "/api/v1/queues"), "HTTP/1.1 504 Gateway Timeout\r\n"));
  // What needs no scheduler is there meanwhile.
  CHECK(absl::StrContains(Ask(served.port(), "/"), "200 OK"));
  served.questions.Stall(false);
}

TEST_CASE("assets are served with their types, under rules that let nothing else in") {
  const ServedPage served;
  const std::string index = Ask(served.port(), "/");
  CHECK(absl::StrContains(index, "Content-Type: text/html; charset=utf-8\r\n"));
  for (const char* rule : {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
                           "require-trusted-types-for 'script'"}) {
    CHECK(absl::StrContains(index, rule));
  }
  CHECK(absl::StrContains(Ask(served.port(), "/api/v1/queues"),
                          "Content-Security-Policy: default-src 'self'"));
  REQUIRE(Assets().size() > 10);
  for (const Asset& asset : Assets()) {
    CAPTURE(asset.name);
    // Nothing comes from elsewhere, and nothing stands in the text that the rules would refuse.
    CHECK_FALSE(absl::StrContains(asset.body, "src=\"http"));
    CHECK_FALSE(absl::StrContains(asset.body, "@import"));
    CHECK_FALSE(absl::StrContains(asset.body, " style=\""));
    CHECK_FALSE(absl::StrContains(asset.body, "innerHTML"));
    if (asset.name == "index.html") continue;
    const std::string answer = Ask(served.port(), "/assets/" + asset.name);
    CHECK(absl::StrContains(answer, "200 OK"));
    CHECK(absl::StrContains(answer, "ETag: " + asset.etag + "\r\n"));
    CHECK(Body(answer) == asset.body);
    const bool script = asset.name.substr(asset.name.rfind('.')) == ".js";
    if (script)
      CHECK(absl::StrContains(answer, "Content-Type: text/javascript; charset=utf-8\r\n"));
    // What the page loads first is named in it, so that nothing is found out one after the other.
    if (script) CHECK(absl::StrContains(index, "assets/" + asset.name));
  }
}

TEST_CASE("the page is served under names of loopback and those that are configured") {
  const ServedPage served;
  for (const char* host : {"localhost:9000", "127.0.0.1", "[::1]:1", "Muster.Example"}) {
    CHECK(absl::StrContains(Ask(served.port(), "/api/v1/queues", host), "200 OK"));
  }
  for (const char* path : {"/", "/api/v1/queues", "/api/v1/events", "/assets/app.js"}) {
    const std::string answer = Ask(served.port(), path, "attacker.example:8082");
    CHECK(absl::StrContains(answer, "HTTP/1.1 421 Misdirected Request\r\n"));
    CHECK_FALSE(absl::StrContains(answer, "etl"));
  }
}

TEST_CASE("markup in names is data in an answer that no browser takes for markup") {
  const ServedPage served(true);
  const std::string answer = Ask(served.port(), "/api/v1/gangs");
  CHECK(absl::StrContains(answer, "Content-Type: application/json\r\n"));
  CHECK(absl::StrContains(answer, "X-Content-Type-Options: nosniff\r\n"));
  CHECK_FALSE(absl::StrContains(answer, "<script>"));
  CHECK(absl::StrContains(answer, "\\u003cscript\\u003e"));
  const auto gangs = Read<v1::ListGangsResponse>(answer);
  CHECK(gangs.gangs(0).app() == "<img src=x onerror=\"document.title='owned'\">");
}

TEST_CASE("oversized and strange requests are refused, and the page lives on") {
  const ServedPage served;
  CHECK(absl::StrContains(Ask(served.port(), "/api/v1/gangs?search=" + std::string(20000, 'a')),
                          "HTTP/1.1 431 "));
  HttpClient post(served.port());
  post.Send("POST /api/v1/gangs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(absl::StrContains(post.Answer(), "HTTP/1.1 405 "));
  HttpClient large(served.port());
  large.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n");
  CHECK(absl::StrContains(large.UntilClosed(), "HTTP/1.1 413 "));
  CHECK(absl::StrContains(Ask(served.port(), "/assets/../flags.cc"), "HTTP/1.1 404 "));
  CHECK(absl::StrContains(Ask(served.port(), "/api/v1/queues"), "200 OK"));
}

}  // namespace
}  // namespace muster::daemon
