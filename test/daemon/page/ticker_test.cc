// SPDX-License-Identifier: Apache-2.0
// The stream of events of the page, over HTTP.
#include "scheduler/daemon/page/ticker.h"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/daemon/http/http_client.h"
#include "test/daemon/page/served_page.h"

namespace muster::daemon {
namespace {

std::unique_ptr<HttpClient> Follow(const ServedPage& served, const std::string& id = "") {
  auto client = std::make_unique<HttpClient>(served.page->port());
  client->Send(absl::StrCat("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n",
                            id.empty() ? "" : absl::StrCat("Last-Event-ID: ", id, "\r\n"), "\r\n"));
  return client;
}

// The text up to the end of the event that tells of `name`.
std::string TickOf(HttpClient* client, const std::string& name) {
  const std::string before = client->Until(absl::StrCat("\"name\":\"", name, "\""));
  return before + client->Until("\n\n");
}

TEST_CASE("a change is told to all who listen, with what else it changed") {
  ServedPage served;
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(Follow(served));
    CHECK(absl::StrContains(clients.back()->Until("false}\n\n"), "event: hello\n"));
  }
  served.Add("late");
  for (const auto& client : clients) {
    const std::string text = TickOf(client.get(), "late");
    CHECK(absl::StrContains(text, "event: tick\ndata: {\"queues\":{\"queues\":[{\"path\":\"etl\""));
    CHECK(absl::StrContains(text, "\"decisions\":[{"));
    CHECK(absl::StrContains(text, "\"total\":\"41\""));
  }
  served.questions.With([](FakeCluster& cluster) { cluster.Remove("late"); });
  CHECK(absl::StrContains(TickOf(clients[0].get(), "late"),
                          "\"gone\":{\"gangs\":[{\"namespace\":\"ns\",\"name\":\"late\""));
}

TEST_CASE("who comes back within what is kept goes on there, others begin anew") {
  ServedPage served;
  auto first = Follow(served);
  const std::string head = first->Until("data: {\"resumed\":false}\n\n");
  CHECK(absl::StrContains(head, "retry: 2000\nid: "));
  served.Add("one");
  const std::string tick = TickOf(first.get(), "one");
  const size_t at = tick.rfind("id: ") + 4;
  const std::string id = tick.substr(at, tick.find('\n', at) - at);
  auto other = Follow(served);
  first = nullptr;
  served.Add("two");
  TickOf(other.get(), "two");
  auto again = Follow(served, id);
  CHECK(absl::StrContains(again->Until("data: {\"resumed\":true}\n\n"), "event: hello\n"));
  CHECK(absl::StrContains(TickOf(again.get(), "two"), "event: tick"));
  auto stranger = Follow(served, "1-1");
  CHECK(absl::StrContains(stranger->Until("}\n\n"), "data: {\"resumed\":false}"));
}

TEST_CASE("what happened while nobody listened is not kept for long") {
  TickPace pace = Quick();
  pace.memory = absl::ZeroDuration();
  ServedPage served(false, pace);
  auto first = Follow(served);
  const std::string hello = first->Until("\"resumed\":false}\n\n");
  const size_t at = hello.find("\nid: ") + 5;
  const std::string id = hello.substr(at, hello.find('\n', at) - at);
  auto again = Follow(served, id);
  CHECK(absl::StrContains(again->Until("}\n\n"), "data: {\"resumed\":false}"));
}

TEST_CASE("nobody listens, nobody asks") {
  ServedPage served;
  CHECK(served.questions.asked() == 0);
  auto client = Follow(served);
  client->Until("hello");
  served.Add("one");
  TickOf(client.get(), "one");
  CHECK(served.questions.asked() > 0);
}

TEST_CASE("asking takes at most its share of the time") {
  TickPace pace;
  pace.period = absl::ZeroDuration();
  pace.share = 1e-9;  // once, then not in this life
  pace.longest = absl::InfiniteDuration();
  ServedPage served(false, pace);
  auto client = Follow(served);
  client->Until("hello");
  served.Add("one");
  // The first tick may be before or after this change; the next one would be years later.
  client = nullptr;
  auto other = Follow(served);
  CHECK(absl::StrContains(other->Until("}\n\n"), "hello"));
  CHECK(served.questions.asked() <= 6);
}

TEST_CASE("waiting in vain is no cost: the next question comes soon") {
  TickPace pace = Quick();
  pace.patience = absl::Seconds(1);
  pace.share = 0.02;  // as a cost, the patience would be a minute
  pace.longest = absl::InfiniteDuration();
  ServedPage served(false, pace);
  auto client = Follow(served);
  client->Until("false}\n\n");
  served.questions.Stall(true);
  CHECK(absl::StrContains(client->Until("}\n\n"), "did not answer in time"));
  served.questions.Stall(false);
  CHECK(absl::StrContains(client->Until("data: {}\n\n"), "event: trouble\n"));
}

TEST_CASE("a scheduler that does not answer is told once, and its return") {
  ServedPage served;
  auto client = Follow(served);
  client->Until("hello");
  served.questions.Fail(absl::UnavailableError("not synced: pods"));
  CHECK(absl::StrContains(client->Until("\"message\":\"not synced: pods\"}\n\n"),
                          "event: trouble\n"));
  served.questions.Fail(absl::OkStatus());
  CHECK(absl::StrContains(client->Until("data: {}\n\n"), "event: trouble\n"));
  served.Add("one");
  CHECK_FALSE(absl::StrContains(TickOf(client.get(), "one"), "trouble"));
}

}  // namespace
}  // namespace muster::daemon
