// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/reflector.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "scheduler/kube/kinds.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

// A reflector of pods against a fake server, and the pods that its events add up to.
struct Follower {
  explicit Follower(FakeApiServer& fake)
      : server(fake), http(PlainCredentials(fake), HttpLimits()), reactor(clock, http) {
    Reflector::Sink sink{[this](Event event) { Hear(std::move(event)); }, [this] { ++synced; },
                         [this](std::string text) { problems.push_back(std::move(text)); },
                         [this] { ++heard; }};
    reactor.set_retry_observer([this](Lane lane) { retries += lane == Lane::kStream ? 1 : 0; });
    pods = std::make_unique<Reflector>(reactor, Pods(), std::move(sink), /*seed=*/1);
    pods->Start();
  }

  void Hear(Event event) {
    if (auto* seen = std::get_if<PodSeen>(&event)) {
      log.push_back(absl::StrCat("seen ", seen->pod.name, " ", seen->pod.uid));
      now[seen->pod.uid] = seen->pod;
    } else if (auto* gone = std::get_if<PodGone>(&event)) {
      log.push_back(absl::StrCat("gone ", gone->uid));
      now.erase(gone->uid);
    }
  }
  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  bool Has(const std::string& uid) const { return now.count(uid) > 0; }
  // Advances the clock until the condition holds: what is behind a back-off or a timer.
  bool Wait(const std::function<bool()>& condition) {
    for (int i = 0; i < 400 && !condition(); ++i) {
      clock.Advance(absl::Milliseconds(500));
      RunQuietly(reactor, 3);
    }
    return condition();
  }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  std::unique_ptr<Reflector> pods;
  std::map<std::string, Pod> now;
  std::vector<std::string> log;
  std::vector<std::string> problems;
  int synced = 0;
  int heard = 0;
  int retries = 0;
};

TEST_CASE("pods are listed by WatchList and followed in one stream") {
  FakeApiServer server;
  const std::string a = server.Put(MakePod("a"));
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  CHECK(follower.Has(a));
  CHECK(follower.now[a].role.requests.Get(kCpu) == 1000);
  const std::string b = server.Put(MakePod("b"));
  REQUIRE(follower.Until([&] { return follower.Has(b); }));
  server.Remove("pods", "team/a");
  REQUIRE(follower.Until([&] { return !follower.Has(a); }));
  CHECK(server.Count("GET", "sendInitialEvents=true") == 1);
  CHECK(server.Count("GET", "/api/v1/pods") == 1);
}

TEST_CASE("a server without WatchList is listed in pages") {
  FakeApiServer server;
  server.set_watch_list(false);
  for (int i = 0; i < 1203; ++i) server.Put(MakePod(absl::StrCat("p", i)));
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  CHECK(follower.now.size() == 1203);
  CHECK(server.Count("GET", "limit=500") == 3);
  const std::string late = server.Put(MakePod("late"));
  CHECK(follower.Until([&] { return follower.Has(late); }));
}

TEST_CASE("an expired continue token begins the list anew") {
  FakeApiServer server;
  server.set_watch_list(false);
  for (int i = 0; i < 600; ++i) server.Put(MakePod(absl::StrCat("p", i)));
  server.Add({"GET", "continue=", 1, Fault::Act::kReply, 410});
  Follower follower(server);
  REQUIRE(follower.Wait([&] { return follower.synced == 1; }));
  CHECK(follower.now.size() == 600);
  CHECK(server.Count("GET", "limit=500") == 4);
}

TEST_CASE("a cut watch resumes where it was, without a list") {
  FakeApiServer server;
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  const std::string a = server.Put(MakePod("a"));
  REQUIRE(follower.Until([&] { return follower.Has(a); }));
  for (bool orderly : {false, true}) {
    const int watches = server.Count("GET", "watch=1&allowWatchBookmarks=true&resourceVersion=");
    server.CutWatches("pods", orderly);
    const std::string b = server.Put(MakePod(absl::StrCat("b", orderly)));
    REQUIRE(follower.Until([&] { return follower.Has(b); }));
    CHECK(server.Count("GET", "watch=1&allowWatchBookmarks=true&resourceVersion=") == watches + 1);
  }
  CHECK(server.Count("GET", "sendInitialEvents=true") == 1);
}

TEST_CASE("after a lost event and 410 a relist repairs what is known") {  // H04, H05
  FakeApiServer server;
  const std::string stays = server.Put(MakePod("stays"));
  const std::string goes = server.Put(MakePod("goes"));
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.Lose("pods", 2);
  server.Remove("pods", "team/goes");
  const std::string unseen = server.Put(MakePod("unseen"));
  SECTION("the answer to a resumed watch is 410") {
    server.Compact();
    server.CutWatches("pods");
  }
  SECTION("the running watch says 410") { server.SendError("pods", 410, "Expired"); }
  REQUIRE(follower.Wait([&] { return follower.Has(unseen) && !follower.Has(goes); }));
  CHECK(follower.Has(stays));
  CHECK(follower.synced == 1);
}

TEST_CASE("a bookmark moves the place from which a cut watch resumes") {
  FakeApiServer server;
  server.Put(MakePod("a"));
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.Compact();
  server.SendBookmark("pods");
  const std::string b = server.Put(MakePod("b"));
  REQUIRE(follower.Until([&] { return follower.Has(b); }));
  server.CutWatches("pods");
  const std::string c = server.Put(MakePod("c"));
  REQUIRE(follower.Until([&] { return follower.Has(c); }));
  CHECK(server.Count("GET", "sendInitialEvents=true") == 1);  // no relist
}

TEST_CASE("a pod recreated under its name is gone and then seen") {
  FakeApiServer server;
  k8s::Pod first = MakePod("a");
  first.mutable_metadata()->set_uid("one");
  server.Put(first);
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.Has("one"); }));
  k8s::Pod second = MakePod("a");
  second.mutable_metadata()->set_uid("two");
  server.Put(second);  // the deletion between them is told to nobody
  REQUIRE(follower.Until([&] { return follower.Has("two"); }));
  CHECK(follower.log == std::vector<std::string>{"seen a one", "gone one", "seen a two"});
}

TEST_CASE("a server that is overloaded is asked again no sooner than it said") {
  FakeApiServer server;
  server.Add({"GET", "/api/v1/pods", 1, Fault::Act::kReply, 429, 30});
  Follower follower(server);
  REQUIRE(follower.Until([&] { return !follower.problems.empty(); }));
  follower.clock.Advance(absl::Seconds(29));
  RunQuietly(follower.reactor);
  CHECK(server.Count("GET", "/api/v1/pods") == 1);
  follower.clock.Advance(absl::Seconds(2));
  CHECK(follower.Until([&] { return follower.synced == 1; }));
}

TEST_CASE("refused connections and errors are survived, with back-off") {
  FakeApiServer server;
  const std::string a = server.Put(MakePod("a"));
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.http().Down();
  const int heard = follower.heard;
  CHECK(heard > 0);
  REQUIRE(follower.Wait([&] { return follower.problems.size() >= 5; }));
  CHECK(follower.retries >= 5);
  CHECK(follower.heard == heard);
  server.http().Up();
  server.Add({"GET", "/api/v1/pods", 2, Fault::Act::kReply, 500});
  const std::string b = server.Put(MakePod("b"));
  const absl::Duration from = follower.clock.Now();
  REQUIRE(follower.Wait([&] { return follower.Has(b); }));
  CHECK(follower.clock.Now() - from < absl::Seconds(31));  // H08
  CHECK(follower.heard > heard);
  CHECK(follower.Has(a));
}

TEST_CASE("watches that end at once are not reopened in a hot loop") {
  FakeApiServer server;
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.Add({"GET", "resourceVersion=", 100, Fault::Act::kReply, 200, 0, ""});
  server.CutWatches("pods");
  REQUIRE(follower.Until([&] { return !follower.problems.empty(); }));
  RunQuietly(follower.reactor, 50);
  CHECK(server.Count("GET", "allowWatchBookmarks=true&resourceVersion=") == 1);
}

TEST_CASE("a watch that falls silent is opened again") {
  FakeApiServer server;
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.Add({"GET", "resourceVersion=", 1, Fault::Act::kHangBefore});
  server.CutWatches("pods");
  REQUIRE(follower.Until([&] { return server.Count("GET", "true&resourceVersion=") == 1; }));
  const std::string a = server.Put(MakePod("a"));
  REQUIRE(follower.Wait([&] { return follower.Has(a); }));
  CHECK(server.Count("GET", "true&resourceVersion=") == 2);
}

TEST_CASE("an error in the stream that is not 410 resumes the watch after a back-off") {
  FakeApiServer server;
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.SendError("pods", 500, "InternalError");
  const std::string a = server.Put(MakePod("a"));
  RunQuietly(follower.reactor);
  CHECK_FALSE(follower.Has(a));
  REQUIRE(follower.Wait([&] { return follower.Has(a); }));
  CHECK(server.Count("GET", "sendInitialEvents=true") == 1);
}

TEST_CASE("an object that cannot be decoded is reported and skipped") {
  FakeApiServer server;
  Follower follower(server);
  REQUIRE(follower.Until([&] { return follower.synced == 1; }));
  server.SendGarbage("pods");
  const std::string a = server.Put(MakePod("a"));
  REQUIRE(follower.Until([&] { return follower.Has(a); }));
  REQUIRE(follower.problems.size() == 1);
  CHECK(follower.problems[0] == "watching pods: malformed protobuf in a Pod");
  CHECK(server.Count("GET", "/api/v1/pods") == 1);
}

}  // namespace
}  // namespace muster::kube
