// SPDX-License-Identifier: Apache-2.0
// Evictions and memory in the whole world: what comes before what, and what a killed daemon leaves.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scheduler/codec/memory_codec.h"
#include "test/kube/running_world.h"

namespace muster::kube {
namespace {

Memory Claimed(const std::string& opener) {
  Memory memory;
  memory.claims.push_back({opener, absl::FromUnixSeconds(9), {{0, "n1", 2}}});
  return memory;
}

std::string PutRunning(FakeApiServer& server, const std::string& name, int64_t grace = 30) {
  k8s::Pod pod = MakeRunningPod(name, /*work=*/"w", grace);
  pod.mutable_spec()->set_node_name("n1");
  return server.Put(pod);
}

loop::EvictPods Evict(const std::vector<std::pair<std::string, std::string>>& uids_and_names) {
  loop::EvictPods evict;
  evict.message = "for gang team/big of queue etl";
  evict.victims.emplace_back();
  for (const auto& [uid, name] : uids_and_names) {
    evict.victims[0].pods.push_back({uid, "team", name});
  }
  return evict;
}

const MemorySeen* MemoryOf(const Running& running) {
  for (const Event& event : running.events) {
    if (const auto* seen = std::get_if<MemorySeen>(&event)) return seen;
  }
  return nullptr;
}

// When the first request with that method and path came; the count of requests if none did.
size_t FirstOf(FakeApiServer& server, const std::string& method, const std::string& path) {
  const std::vector<WireRequest> requests = server.Requests();
  return static_cast<size_t>(std::find_if(requests.begin(), requests.end(),
                                          [&](const WireRequest& request) {
                                            return request.method == method &&
                                                   absl::StrContains(request.path, path);
                                          }) -
                             requests.begin());
}

TEST_CASE(
    "a claim is on record before its first eviction, and the victims say who takes the room") {
  FakeApiServer server;
  const std::string a = PutRunning(server, "a");
  const std::string b = PutRunning(server, "b");
  Running running(server, "", "muster-state");
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  CHECK(MemoryOf(running) == nullptr);
  server.Add({"POST", "/configmaps", 2, Fault::Act::kReply, 500});
  running.world->Remember(Claimed("big"));
  running.world->Evict(Evict({{a, "a"}, {b, "b"}}));
  const auto marked = [&](const std::string& name) {
    const k8s::Pod pod = server.GetPod("team/" + name);
    const auto& conditions = pod.status().conditions();
    return pod.metadata().has_deletion_timestamp() &&
           std::any_of(conditions.begin(), conditions.end(), [](const k8s::PodCondition& found) {
             return found.type() == "DisruptionTarget" && found.status() == "True" &&
                    found.reason() == "PreemptionByScheduler" &&
                    found.message() == "muster: for gang team/big of queue etl";
           });
  };
  REQUIRE(running.Until([&] { return marked("a") && marked("b"); }));
  CHECK(server.Count("POST", "/configmaps") == 3);
  const std::vector<WireRequest> requests = server.Requests();
  int writes_before = 0;
  for (size_t i = 0; i < FirstOf(server, "POST", "/eviction"); ++i) {
    writes_before +=
        absl::StrContains(requests[i].path, "/configmaps") && requests[i].method == "POST" ? 1 : 0;
  }
  CHECK(writes_before == 3);
  CHECK(server.GetConfigMap("muster-system/muster-state").data().at("state.json") ==
        codec::EncodeMemory(Claimed("big")));
  CHECK(running.Count<EvictionRefused>() == 0);
}

TEST_CASE("what is remembered is told before Synced, which waits for it") {
  FakeApiServer server;
  k8s::ConfigMap map;
  map.mutable_metadata()->set_namespace_("muster-system");
  map.mutable_metadata()->set_name("muster-state");
  (*map.mutable_data())["state.json"] = codec::EncodeMemory(Claimed("big"));
  server.Put(map);
  server.Add({"GET", "/configmaps/muster-state", 1, Fault::Act::kHangBefore});
  {
    Running running(server, "", "muster-state");
    REQUIRE(running.Until([&] { return running.world->NotSynced() == "what was remembered"; }));
    CHECK(running.Count<Synced>() == 0);
  }
  Running running(server, "", "muster-state");
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  REQUIRE(MemoryOf(running) != nullptr);
  CHECK(MemoryOf(running)->memory == Claimed("big"));
  CHECK(std::holds_alternative<Synced>(running.events.back()));
}

TEST_CASE("a memory of an unknown version is said and counts as none") {
  FakeApiServer server;
  k8s::ConfigMap map;
  map.mutable_metadata()->set_namespace_("muster-system");
  map.mutable_metadata()->set_name("muster-state");
  (*map.mutable_data())["state.json"] = "{\"version\":\"v2\"}";
  server.Put(map);
  Running running(server, "", "muster-state");
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  CHECK(MemoryOf(running) == nullptr);
  CHECK(running.Noted("version: expected v1, got \"v2\""));
}

TEST_CASE("a daemon killed between dry run and commit leaves no eviction, and its claim") {
  FakeApiServer server;
  const std::string a = PutRunning(server, "a");
  const std::string b = PutRunning(server, "b");
  {
    Running running(server, "", "muster-state");
    REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
    running.world->Remember(Claimed("big"));
    server.Add({"POST", "/a/eviction?timeout=4s&dryRun", 1, Fault::Act::kReply, 201});
    server.Add({"POST", "/a/eviction", 1, Fault::Act::kHangBefore});
    running.world->Evict(Evict({{a, "a"}, {b, "b"}}));
    REQUIRE(running.Until([&] { return server.Count("POST", "/a/eviction") == 2; }));
  }
  CHECK_FALSE(server.GetPod("team/a").metadata().has_deletion_timestamp());
  CHECK_FALSE(server.GetPod("team/b").metadata().has_deletion_timestamp());
  k8s::Lease lease = server.GetLease("muster-system/muster");
  lease.mutable_spec()->set_holder_identity("");  // it has run out
  server.Put(lease);
  Running next(server, "", "muster-state");
  REQUIRE(next.Until([&] { return next.Count<Synced>() == 1; }));
  REQUIRE(MemoryOf(next) != nullptr);
  CHECK(MemoryOf(next)->memory == Claimed("big"));
  next.world->Evict(Evict({{a, "a"}, {b, "b"}}));
  REQUIRE(next.Until([&] {
    return server.GetPod("team/a").metadata().has_deletion_timestamp() &&
           server.GetPod("team/b").metadata().has_deletion_timestamp();
  }));
}

TEST_CASE("a refusal reaches the feed; a victim that is gone is told as gone") {
  FakeApiServer server;
  const std::string a = PutRunning(server, "a", 0);
  const std::string b = PutRunning(server, "b");
  server.Put(MakeBudget("quorum", "pod", "b", 0));
  Running running(server);
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  running.world->Evict(Evict({{b, "b"}}));
  REQUIRE(running.Until([&] { return running.Count<EvictionRefused>() == 1; }));
  running.world->Evict(Evict({{a, "a"}}));
  REQUIRE(running.Until([&] { return running.Count<PodGone>() == 1; }));
  CHECK(server.Count("PATCH", "/b/status") == 0);
}

TEST_CASE("a daemon that stops evicts nothing more") {
  FakeApiServer server;
  const std::string a = PutRunning(server, "a");
  Running running(server);
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  running.world->Stop();
  running.world->Evict(Evict({{a, "a"}}));
  CHECK(server.Count("POST", "/eviction") == 0);
}

}  // namespace
}  // namespace muster::kube
