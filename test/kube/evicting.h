// SPDX-License-Identifier: Apache-2.0
// An Evictor against a fake API server, and what it told.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/evictor.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {

inline constexpr char kDry[] = "/eviction?timeout=4s&dryRun=All";
inline constexpr char kBudgets[] = "/poddisruptionbudgets";

struct Evicting {
  explicit Evicting(FakeApiServer& fake)
      : server(fake), http(PlainCredentials(fake), HttpLimits()), reactor(clock, http) {
    http.set_may_write([this] { return may_write; });
    evictor = std::make_unique<Evictor>(
        reactor,
        Evictor::Sink{[this](Event event) { Hear(std::get<EvictionRefused>(event)); },
                      [this](std::string what) { problems.push_back(std::move(what)); },
                      [this](const loop::PodRef& pod, const std::string& message) {
                        evicted.push_back(absl::StrCat(pod.name, " ", message));
                      }},
        /*seed=*/1);
  }

  void Hear(const EvictionRefused& event) {
    for (const std::string& uid : event.uids) {
      refused[uid] = absl::StrCat(event.code, " ", event.message);
    }
  }
  // Running pods NAME-0 and on, by default with a grace.
  loop::EvictPods::Victim Victim(const std::string& name, int pods, int64_t grace = 30) {
    loop::EvictPods::Victim victim;
    for (int i = 0; i < pods; ++i) {
      const k8s::Pod pod = MakeRunningPod(absl::StrCat(name, "-", i), /*work=*/name, grace);
      victim.pods.push_back({server.Put(pod), "team", pod.metadata().name()});
    }
    return victim;
  }
  void Evict(const std::vector<loop::EvictPods::Victim>& victims) {
    evictor->Evict({victims, "for gang x"});
  }
  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  // Lets the back-off run until no pod is under way. Time stands still while an answer is awaited,
  // unless that takes too long.
  bool Settle(absl::Duration step = absl::Milliseconds(200)) {
    for (int i = 0; i < 300 && evictor->unsettled() > 0; ++i) {
      RunQuietly(reactor, 3);
      for (int round = 0; round < 500 && Awaits(); ++round) reactor.RunOnce(absl::Milliseconds(2));
      clock.Advance(step);
    }
    return evictor->unsettled() == 0;
  }
  bool Awaits() const { return http.Pending(Lane::kBind) + http.Pending(Lane::kRead) > 0; }
  bool Leaves(const std::string& name) {
    return !server.Has("pods", "team/" + name) ||
           server.GetPod("team/" + name).metadata().has_deletion_timestamp();
  }
  // Evictions that were no dry runs. Counted in one look: requests arrive meanwhile.
  int Real() {
    const std::vector<WireRequest> requests = server.Requests();
    return static_cast<int>(
        std::count_if(requests.begin(), requests.end(), [](const WireRequest& request) {
          return absl::EndsWith(request.path, "/eviction") && request.query.count("dryRun") == 0;
        }));
  }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  bool may_write = true;
  std::map<std::string, std::string> refused;
  std::vector<std::string> problems;
  std::vector<std::string> evicted;
  std::unique_ptr<Evictor> evictor;
};

// Numbers for a random history, the same for the same seed.
class Luck {
 public:
  explicit Luck(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15) {}
  int operator()(uint64_t limit) {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<int>(state_ % limit);
  }

 private:
  uint64_t state_;
};

// When all is settled each victim has gone whole, or stays whole and was told to.
inline void CheckWholeOrNone(Evicting& evicting,
                             const std::vector<loop::EvictPods::Victim>& victims) {
  bool settled = evicting.Settle();
  if (!settled) {  // members that the faults would refuse for ever
    evicting.server.ClearFaults();
    settled = evicting.Settle(absl::Seconds(5));
  }
  REQUIRE(settled);
  for (const loop::EvictPods::Victim& victim : victims) {
    for (const loop::PodRef& pod : victim.pods) {
      REQUIRE(evicting.Leaves(pod.name) == (evicting.refused.count(pod.uid) == 0));
      REQUIRE(evicting.Leaves(pod.name) == evicting.Leaves(victim.pods[0].name));
    }
  }
}

inline int Leaving(Evicting& evicting, const loop::EvictPods::Victim& victim) {
  return static_cast<int>(
      std::count_if(victim.pods.begin(), victim.pods.end(),
                    [&](const loop::PodRef& pod) { return evicting.Leaves(pod.name); }));
}

// The first pod's eviction waits for the clock.
inline void HoldCommit(FakeApiServer& server, const std::string& pod) {
  server.Add(
      {"POST", absl::StrCat("/", pod, "/eviction?timeout=4s&dryRun"), 1, Fault::Act::kReply, 201});
  server.Add({"POST", absl::StrCat("/", pod, "/eviction"), 1, Fault::Act::kReply, 503, 1});
}

}  // namespace muster::kube
