// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/gang_list.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

std::vector<std::string> NamesOf(const v1::ListGangsResponse& response) {
  std::vector<std::string> names;
  for (const v1::Gang& gang : response.gangs()) names.push_back(gang.name());
  return names;
}

using Names = std::vector<std::string>;

// Two that run and three that wait, in that order of arrival.
void Furnish(Stage* stage) {
  stage->AddNode("node-a", 4);
  for (const char* name : {"r1", "r2", "w1", "w2", "w3"}) {
    stage->now += absl::Seconds(10);
    stage->Add({.ns = name[0] == 'r' ? "team" : "other", .name = name, .cores = 2});
    stage->Decide();
  }
}

TEST_CASE("gangs: those that run by age, then those that wait in their order, with why") {
  Stage stage;
  Furnish(&stage);
  const auto response = ListGangs(stage.scene(), {}, Everything());
  REQUIRE(response.ok());
  CHECK(NamesOf(*response) == Names{"r1", "r2", "w1", "w2", "w3"});
  CHECK(response->total() == 5);
  CHECK(response->next_page_token().empty());
  const v1::Gang& runs = response->gangs(0);
  CHECK(runs.namespace_() == "team");
  CHECK(runs.kind() == "single");
  CHECK(runs.queue() == "default");
  CHECK(runs.user() == "team/spark");
  CHECK(runs.state() == "starting");
  CHECK(runs.members() == 1);
  CHECK(runs.bound() == 1);
  CHECK(runs.has_began());
  CHECK(runs.reason().empty());
  REQUIRE(runs.needs_size() == 3);
  CHECK(runs.needs(0).resource() == "cpu");
  CHECK(runs.needs(0).text() == "2");
  CHECK(runs.needs(0).value() == 2);
  CHECK(runs.needs(1).text() == "1Gi");
  CHECK(runs.needs(1).value() == static_cast<double>(kGi));
  const v1::Gang& waits = response->gangs(3);
  CHECK(waits.state() == "waiting");
  CHECK_FALSE(waits.has_began());
  CHECK(waits.reason() == "BehindHead");
  CHECK(waits.message().find("behind other/w1") == 0);
  CHECK(waits.position() == 2);
  CHECK(waits.wait().seconds() == 10);
  stage.Run();
  const auto later = ListGangs(stage.scene(), {}, Everything());
  CHECK(later->gangs(0).state() == "running");
}

TEST_CASE("gangs are filtered by queue, namespace, state, reason and part of a name or user") {
  Stage stage;
  Furnish(&stage);
  const auto ask = [&stage](auto fill) {
    v1::ListGangsRequest request;
    fill(&request);
    const auto response = ListGangs(stage.scene(), request, Everything());
    REQUIRE(response.ok());
    CHECK(response->total() == response->gangs_size());
    return NamesOf(*response);
  };
  using Request = v1::ListGangsRequest;
  CHECK(ask([](Request* r) { r->set_queue("default"); }).size() == 5);
  CHECK(ask([](Request* r) { r->set_namespace_("team"); }) == Names{"r1", "r2"});
  CHECK(ask([](Request* r) { r->add_states("waiting"); }) == Names{"w1", "w2", "w3"});
  CHECK(ask([](Request* r) { r->add_reasons("BehindHead"); }) == Names{"w2", "w3"});
  CHECK(ask([](Request* r) { r->set_search("R/W3"); }) == Names{"w3"});
  CHECK(ask([](Request* r) { r->set_search("team/spark"); }) == Names{"r1", "r2"});
}

TEST_CASE("pages join to the whole, also when gangs come and go in between") {
  Stage stage;
  Furnish(&stage);
  v1::ListGangsRequest request;
  request.set_page_size(2);
  Names names;
  for (int page = 0; page < 3; ++page) {
    const auto response = ListGangs(stage.scene(), request, Everything());
    REQUIRE(response.ok());
    for (const std::string& name : NamesOf(*response)) names.push_back(name);
    request.set_page_token(response->next_page_token());
    if (page == 0) {
      CHECK(response->total() == 5);
      stage.Tell(PodGone{"uid-team-r1"});  // was told
      stage.Add({.ns = "other", .name = "w4", .cores = 2});
      stage.Decide();
    }
  }
  // What left took w1 into the running ones, which were told up to r2.
  CHECK(names == Names{"r1", "r2", "w1", "w2", "w3", "w4"});
  CHECK(request.page_token().empty());
}

TEST_CASE("who sees one namespace sees its gangs, and no name of another in a message") {
  Stage stage;
  Furnish(&stage);
  stage.Add({.name = "mine", .cores = 2});
  stage.Decide();
  const auto response = ListGangs(stage.scene(), {}, Only("team"));
  REQUIRE(response.ok());
  CHECK(NamesOf(*response) == Names{"r1", "r2", "mine"});
  CHECK(response->gangs(2).message().find("behind (a gang of another namespace), which") == 0);
  CHECK(response->DebugString().find("other") == response->DebugString().find("other namespace"));
}

TEST_CASE("what a question cannot ask is told by field, value and what was expected") {
  Stage stage;
  Furnish(&stage);
  const auto refused = [&stage](auto fill) {
    v1::ListGangsRequest request;
    fill(&request);
    return ListGangs(stage.scene(), request, Everything()).status();
  };
  using Request = v1::ListGangsRequest;
  CHECK(refused([](Request* r) { r->set_page_size(1001); }) ==
        absl::InvalidArgumentError("page_size: 1001: expected 0 to 1000"));
  CHECK(refused([](Request* r) { r->add_states("wating"); }) ==
        absl::InvalidArgumentError("states: \"wating\": expected one of waiting, starting, "
                                   "running, degraded, evicted, ended"));
  CHECK(absl::StrContains(refused([](Request* r) { r->add_reasons("No"); }).message(),
                          "reasons: \"No\": expected one of GangIncomplete, QueueClosed"));
  CHECK(absl::StrContains(refused([](Request* r) { r->set_page_token("x"); }).message(),
                          "page_token: expected next_page_token"));
  CHECK(refused([](Request* r) { r->set_queue("etl"); }) ==
        absl::NotFoundError("no queue \"etl\""));
}

}  // namespace
}  // namespace muster::daemon
