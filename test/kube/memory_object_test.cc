// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/memory_object.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/memory_codec.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

constexpr char kKey[] = "muster-system/muster-state";

Memory Claimed(const std::string& opener) {
  Memory memory;
  memory.claims.push_back({opener, absl::FromUnixSeconds(9), {{0, "n1", 2}}});
  return memory;
}

struct Remembering {
  explicit Remembering(FakeApiServer& fake)
      : server(fake), http(PlainCredentials(fake), HttpLimits()), reactor(clock, http) {
    http.set_may_write([this] { return may_write; });
    object = std::make_unique<MemoryObject>(
        reactor, MemoryObject::Place{"muster-system", "muster-state"},
        MemoryObject::Sink{
            [this](std::optional<Memory> memory) { read.push_back(std::move(memory)); },
            [this](std::string what) { problems.push_back(std::move(what)); }},
        /*seed=*/1);
  }

  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  // Lets the back-off run.
  bool Wait(const std::function<bool()>& condition) {
    for (int i = 0; i < 200 && !condition(); ++i) {
      RunQuietly(reactor, 3);
      clock.Advance(absl::Milliseconds(200));
    }
    return condition();
  }
  void Put(const std::string& key, const std::string& text) {
    k8s::ConfigMap map;
    map.mutable_metadata()->set_namespace_("muster-system");
    map.mutable_metadata()->set_name("muster-state");
    (*map.mutable_data())[key] = text;
    server.Put(map);
  }
  std::string Stored() { return server.GetConfigMap(kKey).data().at("state.json"); }
  int Writes() { return server.Count("POST", "/configmaps") + server.Count("PUT", "/configmaps"); }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  bool may_write = true;
  std::vector<std::optional<Memory>> read;
  std::vector<std::string> problems;
  std::unique_ptr<MemoryObject> object;
};

TEST_CASE("what one daemon remembered the next one reads") {
  FakeApiServer server;
  Remembering first(server);
  first.object->Read();
  REQUIRE(first.Until([&] { return first.read.size() == 1; }));
  CHECK_FALSE(first.read[0].has_value());
  first.object->Remember(Claimed("a"));
  REQUIRE(first.Until([&] { return first.object->settled(); }));
  first.object->Remember(Claimed("b"));
  REQUIRE(first.Wait([&] { return first.object->settled(); }));
  CHECK(server.Count("POST", "/configmaps") == 1);
  CHECK(server.Count("PUT", "/muster-state?timeout=4s") == 1);
  Remembering second(server);
  second.object->Read();
  REQUIRE(second.Until([&] { return second.read.size() == 1; }));
  CHECK(second.read[0] == Claimed("b"));
  second.object->Remember(Claimed("c"));
  REQUIRE(second.Until([&] { return second.object->settled(); }));
  CHECK(second.Stored() == codec::EncodeMemory(Claimed("c")));
  CHECK(first.problems.empty());
  CHECK(second.problems.empty());
}

TEST_CASE("what cannot be understood or may not be read is no memory, and is said once") {
  FakeApiServer server;
  Remembering remembering(server);
  std::string why;
  SECTION("another version") {
    remembering.Put("state.json", "{\"version\":\"v9\"}");
    why =
        "nothing is remembered: ConfigMap muster-system/muster-state key state.json: "
        "version: expected v1, got \"v9\"";
  }
  SECTION("no such key") {
    remembering.Put("other", "");
    why = "nothing is remembered: ConfigMap muster-system/muster-state key state.json: no such key";
  }
  SECTION("forbidden") {
    server.Add({"GET", "/configmaps", 1, Fault::Act::kReply, 403});
    why = "reading ConfigMap muster-system/muster-state key state.json: 403: as told";
  }
  remembering.object->Read();
  REQUIRE(remembering.Until([&] { return remembering.read.size() == 1; }));
  CHECK_FALSE(remembering.read[0].has_value());
  CHECK(remembering.problems == std::vector<std::string>{why});
  remembering.object->Remember(Claimed("a"));
  REQUIRE(remembering.Wait([&] { return remembering.object->settled(); }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("a")));
}

TEST_CASE("a server in trouble is asked again until it says what is remembered") {
  FakeApiServer server;
  Remembering remembering(server);
  remembering.Put("state.json", codec::EncodeMemory(Claimed("a")));
  server.Add({"GET", "/configmaps", 2, Fault::Act::kReply, 503});
  server.Add({"GET", "/configmaps", 2, Fault::Act::kCutBefore});
  remembering.object->Read();
  REQUIRE(remembering.Wait([&] { return remembering.read.size() == 1; }));
  CHECK(remembering.read[0] == Claimed("a"));
}

TEST_CASE("only the newest is written, at most every few seconds, and an equal one not at all") {
  FakeApiServer server;
  Remembering remembering(server);
  for (int i = 0; i < 50; ++i) remembering.object->Remember(Claimed(absl::StrCat(i)));
  REQUIRE(remembering.Until([&] { return remembering.Writes() == 1; }));
  RunQuietly(remembering.reactor);
  for (int i = 0; i < 50; ++i) remembering.object->Remember(Claimed(absl::StrCat("later ", i)));
  RunQuietly(remembering.reactor);
  CHECK(remembering.Writes() == 1);
  remembering.clock.Advance(absl::Seconds(5));
  REQUIRE(remembering.Until([&] { return remembering.object->settled(); }));
  CHECK(remembering.Writes() == 2);
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("later 49")));
  remembering.object->Remember(Claimed("later 49"));
  CHECK(remembering.object->settled());
  remembering.clock.Advance(absl::Minutes(1));
  RunQuietly(remembering.reactor);
  CHECK(remembering.Writes() == 2);
}

TEST_CASE("an eviction waits for what was remembered before it, and only for that") {
  FakeApiServer server;
  Remembering remembering(server);
  std::vector<std::string> stored;
  const auto look = [&] { stored.push_back(remembering.Stored()); };
  bool at_once = false;
  remembering.object->AfterWrites([&at_once] { at_once = true; });
  CHECK(at_once);
  remembering.object->Remember(Claimed("a"));
  remembering.object->AfterWrites(look);
  CHECK(stored.empty());
  RunQuietly(remembering.reactor, 1);
  remembering.object->Remember(Claimed("b"));  // while the first is under way
  remembering.object->AfterWrites(look);
  REQUIRE(remembering.Until([&] { return stored.size() == 2; }));  // no spacing: it is waited for
  CHECK(stored == std::vector<std::string>{codec::EncodeMemory(Claimed("a")),
                                           codec::EncodeMemory(Claimed("b"))});
}

TEST_CASE("a write that met another one, or had no answer, is written again as it was") {
  FakeApiServer server;
  Remembering remembering(server);
  remembering.object->Remember(Claimed("a"));
  REQUIRE(remembering.Wait([&] { return remembering.object->settled(); }));
  SECTION("somebody wrote it") { remembering.Put("state.json", "scribble"); }
  SECTION("somebody deleted it") { server.Remove("configmaps", kKey); }
  SECTION("the answer was lost") { server.Add({"PUT", "/configmaps", 2, Fault::Act::kCutAfter}); }
  SECTION("the server is in trouble for a while") {
    server.Add({"PUT", "/configmaps", 1, Fault::Act::kReply, 500});
    server.Add({"PUT", "/configmaps", 1, Fault::Act::kReply, 429, 2, "busy"});
    server.Add({"PUT", "/configmaps", 1, Fault::Act::kReply, 409});
    server.Add({"GET", "/configmaps", 1, Fault::Act::kReply, 503});
  }
  bool written = false;
  remembering.object->Remember(Claimed("b"));
  remembering.object->AfterWrites([&written] { written = true; });
  REQUIRE(remembering.Wait([&] { return written; }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("b")));
  CHECK(remembering.problems.empty());
}

TEST_CASE("one that another daemon created meanwhile is taken over") {
  FakeApiServer server;
  Remembering remembering(server);
  remembering.object->Read();
  REQUIRE(remembering.Until([&] { return remembering.read.size() == 1; }));
  remembering.Put("state.json", "theirs");
  remembering.object->Remember(Claimed("a"));
  REQUIRE(remembering.Wait([&] { return remembering.object->settled(); }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("a")));
}

TEST_CASE("what can never be written holds no eviction up, and is said once until it can") {
  FakeApiServer server;
  Remembering remembering(server);
  int expected = 0;
  SECTION("forbidden") {
    server.Add({"POST", "/configmaps", 1000, Fault::Act::kReply, 403});
    expected = 1;
  }
  SECTION("too large") {
    server.Add({"POST", "/configmaps", 1000, Fault::Act::kReply, 413});
    expected = 1;
  }
  SECTION("an error each time") {
    server.Add({"POST", "/configmaps", 1000, Fault::Act::kReply, 500});
    expected = MemoryObject::kTries;
  }
  for (int i = 0; i < 3; ++i) {
    bool goes_on = false;
    const int before = remembering.Writes();
    remembering.object->Remember(Claimed(absl::StrCat(i)));
    remembering.object->AfterWrites([&goes_on] { goes_on = true; });
    REQUIRE(remembering.Wait([&] { return goes_on; }));
    CHECK(remembering.Writes() - before == expected);
  }
  REQUIRE(remembering.problems.size() == 1);
  CHECK(absl::StartsWith(remembering.problems[0],
                         "writing ConfigMap muster-system/muster-state key state.json: "));
  CHECK(absl::EndsWith(remembering.problems[0],
                       "; until it can be written evictions go on without a record"));
  server.ClearFaults();
  remembering.object->Remember(Claimed("last"));
  REQUIRE(remembering.Wait([&] { return remembering.object->settled(); }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("last")));
}

TEST_CASE("what was given up in an outage is written when the server is well again") {
  FakeApiServer server;
  Remembering remembering(server);
  server.Add({"POST", "/configmaps", 7, Fault::Act::kReply, 500});
  remembering.object->Remember(Claimed("a"));
  REQUIRE(remembering.Wait([&] { return server.Has("configmaps", kKey); }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("a")));
}

TEST_CASE("nothing is written, and no try used up, while the lease is not live") {
  FakeApiServer server;
  Remembering remembering(server);
  remembering.may_write = false;
  bool goes_on = false;
  remembering.object->Remember(Claimed("a"));
  remembering.object->AfterWrites([&goes_on] { goes_on = true; });
  for (int i = 0; i < 100; ++i) {
    RunQuietly(remembering.reactor, 2);
    remembering.clock.Advance(absl::Seconds(5));
  }
  CHECK(remembering.Writes() == 0);
  CHECK_FALSE(goes_on);
  remembering.may_write = true;
  REQUIRE(remembering.Wait([&] { return goes_on; }));
  CHECK(remembering.Stored() == codec::EncodeMemory(Claimed("a")));
}

}  // namespace
}  // namespace muster::kube
