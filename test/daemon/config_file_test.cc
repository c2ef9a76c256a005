// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/config_file.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "scheduler/daemon/feed_tap.h"
#include "scheduler/daemon/steady_time.h"

namespace muster::daemon {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }
  // As editors and kubelet do: a new file takes the old one's name.
  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(File("new")) << text;
    std::filesystem::rename(File("new"), File(name));
  }

 private:
  std::filesystem::path path_;
};

constexpr char kOne[] = "queues:\n- name: etl\n";
constexpr char kTwo[] = "queues:\n- name: etl\n- name: adhoc\n";
constexpr char kBad[] = "queues:\n- name: etl\n  weight: -1\n";

class QuietFeed : public loop::Feed {
 public:
  bool Drain(std::vector<Event>* events, absl::Time until) override {
    events->insert(events->end(), next.begin(), next.end());
    next.clear();
    patience = until - absl::Now();
    return open;
  }
  std::vector<Event> next;
  absl::Duration patience;
  bool open = true;
};

class HandClock : public loop::Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::UnixEpoch();
};

TEST_CASE("a config file is told when it changes, and only then") {
  const Folder folder;
  folder.Put("muster.yaml", kOne);
  ConfigFile file(folder.File("muster.yaml"));
  auto config = file.Changed();
  REQUIRE(config.has_value());
  REQUIRE(config->ok());
  CHECK((*config)->queues.size() == 1);
  CHECK_FALSE(file.Changed().has_value());
  folder.Put("muster.yaml", kTwo);
  config = file.Changed();
  REQUIRE(config.has_value());
  CHECK((*config)->queues.size() == 2);
}

TEST_CASE("a refusal names file, line and column, and is told once") {
  const Folder folder;
  folder.Put("muster.yaml", kBad);
  ConfigFile file(folder.File("muster.yaml"));
  const auto config = file.Changed();
  REQUIRE(config.has_value());
  CHECK(std::string(config->status().message()).find("muster.yaml:3:") != std::string::npos);
  folder.Put("muster.yaml", kBad);
  CHECK_FALSE(file.Changed().has_value());
  folder.Put("muster.yaml", kOne);
  CHECK(file.Changed()->ok());
  folder.Put("muster.yaml", kBad);
  CHECK(file.Changed().has_value());
}

TEST_CASE("a file that is gone or a folder is refused, and read when it is back") {
  const Folder folder;
  ConfigFile file(folder.File("muster.yaml"));
  auto config = file.Changed();
  REQUIRE(config.has_value());
  CHECK(std::string(config->status().message()).find("No such file") != std::string::npos);
  folder.Put("muster.yaml", kOne);
  config = file.Changed();
  REQUIRE(config.has_value());
  CHECK(config->ok());
  CHECK_FALSE(ReadFile(folder.File(".")).ok());
}

TEST_CASE("mounted ConfigMaps change by a link that is moved") {
  const Folder folder;
  folder.Put("one", kOne);
  folder.Put("two", kTwo);
  std::filesystem::create_symlink("one", folder.File("muster.yaml"));
  ConfigFile file(folder.File("muster.yaml"));
  CHECK((*file.Changed())->queues.size() == 1);
  std::filesystem::create_symlink("two", folder.File("next"));
  std::filesystem::rename(folder.File("next"), folder.File("muster.yaml"));
  CHECK((*file.Changed())->queues.size() == 2);
}

TEST_CASE("the loop hears of a good file; a bad one is counted and changes nothing") {
  const Folder folder;
  folder.Put("muster.yaml", kOne);
  ConfigFile file(folder.File("muster.yaml"));
  QuietFeed world;
  HandClock clock;
  const kube::SystemBootClock boot;
  Metrics metrics(clock.now);
  Log log(-1, LogLevel::kError);
  PhaseTimer phases(boot, &metrics);
  FeedTap tap(&world, &clock, &file, &metrics, &phases, &log);
  std::vector<Event> events;
  const absl::Time later = clock.now + absl::Seconds(30);
  CHECK(tap.Drain(&events, later));
  REQUIRE(events.size() == 1);
  CHECK(std::get<QueuesSeen>(events[0]).config.queues.size() == 1);
  CHECK(world.patience == -absl::InfiniteDuration());

  folder.Put("muster.yaml", kBad);
  clock.now += absl::Seconds(1);
  world.next = {BindAccepted{"a"}, BindRefused{"b", 409, "no"}, BindAccepted{"c"}};
  events.clear();
  CHECK(tap.Drain(&events, later));
  CHECK(events.size() == 3);
  CHECK(world.patience > absl::Seconds(20));
  CHECK(world.patience < absl::Seconds(30));
  const std::string text = metrics.Render(clock.now);
  CHECK(text.find("muster_config_rejections_total 1\n") != std::string::npos);
  CHECK(text.find("muster_config_generation 1\n") != std::string::npos);
  CHECK(text.find("muster_binds_total{outcome=\"accepted\"} 2\n") != std::string::npos);
  CHECK(text.find("muster_binds_total{outcome=\"refused\"} 1\n") != std::string::npos);

  world.open = false;
  CHECK_FALSE(tap.Drain(&events, later));
}

TEST_CASE("the first event is heard at once, those that follow together") {
  QuietFeed world;
  const kube::SystemBootClock boot;
  SteadyTime clock(boot, absl::Now());
  Metrics metrics(clock.Now());
  Log log(-1, LogLevel::kError);
  PhaseTimer phases(boot, &metrics);
  FeedTap tap(&world, &clock, nullptr, &metrics, &phases, &log);
  std::vector<Event> events;
  const absl::Time start = clock.Now();
  int turns = 0;
  while (clock.Now() - start < absl::Milliseconds(100)) {
    world.next = {BindAccepted{"a"}};
    CHECK(tap.Drain(&events, clock.Now() + absl::Seconds(1)));
    ++turns;
  }
  CHECK(turns >= 2);
  CHECK(turns <= 11);
}

}  // namespace
}  // namespace muster::daemon
