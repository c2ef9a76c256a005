// SPDX-License-Identifier: Apache-2.0
// A whole world on its own thread against a fake API server, and what it told.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "scheduler/kube/world.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {

class Notes : public WorldObserver {
 public:
  void OnLead() override { Add("lead"); }
  void OnStandby(const std::string& holder) override { Add("standby " + holder); }
  void OnEnd(const std::string& why) override { Add("end " + why); }
  void OnConfig(const std::string& error) override { Add("config " + error); }
  void OnProblem(const std::string& what) override { Add("problem " + what); }
  void OnExchange(Lane, int, absl::Duration) override { ++exchanges; }

  std::vector<std::string> All() {
    std::lock_guard<std::mutex> lock(mutex_);
    return notes_;
  }
  std::atomic<int> exchanges{0};

 private:
  void Add(std::string note) {
    std::lock_guard<std::mutex> lock(mutex_);
    notes_.push_back(std::move(note));
  }
  std::mutex mutex_;
  std::vector<std::string> notes_;
};

// A world on its own thread, and the events that were drained from it.
struct Running {
  explicit Running(FakeApiServer& server, const std::string& config = "",
                   const std::string& memory = "") {
    settings.credentials = PlainCredentials(server);
    settings.lease.identity = "me";
    settings.lease.retry = absl::Milliseconds(50);
    settings.config_ns = "muster-system";
    settings.config_name = config;
    settings.memory_ns = "muster-system";
    settings.memory_name = memory;
    world = std::make_unique<World>(settings, clock, notes);
    world->Start();
  }
  // Drains until the condition holds of all that was told so far.
  bool Until(const std::function<bool()>& condition) {
    const absl::Time limit = absl::Now() + absl::Seconds(10);
    while (!condition()) {
      if (absl::Now() > limit) return false;
      open = world->Drain(&events, absl::Now() + absl::Milliseconds(20)) && open;
    }
    return true;
  }
  template <typename T>
  int Count() const {
    int count = 0;
    for (const Event& event : events) count += std::holds_alternative<T>(event) ? 1 : 0;
    return count;
  }
  bool Noted(const std::string& text) {
    for (const std::string& note : notes.All()) {
      if (absl::StrContains(note, text)) return true;
    }
    return false;
  }

  SystemBootClock clock;
  Notes notes;
  WorldSettings settings;
  std::vector<Event> events;
  bool open = true;
  std::unique_ptr<World> world;
};

}  // namespace muster::kube
