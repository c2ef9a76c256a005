// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/desk.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

// A loop that answers whenever it is woken.
class Keeper {
 public:
  explicit Keeper(DeskOthers others = {})
      : desk(
            &stage.ring, [this] { Wake(); }, std::move(others)) {
    stage.AddNode("node-a", 4);
    stage.Add({.name = "a"});
    stage.Decide();
    thread_ = std::thread([this] { Run(); });
  }
  ~Keeper() {
    desk.Close();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ends_ = true;
    }
    news_.notify_all();
    thread_.join();
  }

  Stage stage;
  Desk desk;

 private:
  void Wake() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      woken_ = true;
    }
    news_.notify_all();
  }
  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      news_.wait(lock, [this] { return woken_ || ends_; });
      if (ends_) return;
      woken_ = false;
      lock.unlock();
      desk.Answer(stage.scene());
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable news_;
  bool woken_ = false;
  bool ends_ = false;
  std::thread thread_;
};

constexpr absl::Duration kLong = absl::Minutes(5);

TEST_CASE("questions of many threads are answered on the loop's one") {
  Keeper keeper;
  std::vector<std::thread> askers;
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&keeper, &answered] {
      v1::ExplainRequest explain;
      explain.set_namespace_("team");
      explain.set_name("a");
      for (int round = 0; round < 50; ++round) {
        if (keeper.desk.ListQueues({}, {}, kLong).ok()) ++answered;
        if (keeper.desk.ListGangs({}, {}, kLong)->gangs_size() == 1) ++answered;
        if (keeper.desk.Explain(explain, {}, kLong)->gang().name() == "a") ++answered;
        if (keeper.desk.ListNodes({}, {}, kLong)->nodes_size() == 1) ++answered;
        if (keeper.desk.DecisionsAfter(0, 10, {}, kLong)->size() == 1) ++answered;
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  CHECK(answered == 8 * 50 * 5);
  CHECK(*keeper.desk.Namespaces(kLong) == std::vector<std::string>{"team"});
}

TEST_CASE("what cannot be answered comes back as the error that it is") {
  Keeper keeper;
  v1::ExplainRequest nobody;
  nobody.set_namespace_("team");
  nobody.set_name("nobody");
  CHECK(absl::IsNotFound(keeper.desk.Explain(nobody, {}, kLong).status()));
  v1::ListGangsRequest request;
  request.set_page_size(-1);
  CHECK(absl::IsInvalidArgument(keeper.desk.ListGangs(request, {}, kLong).status()));
}

TEST_CASE("who is not answered in time is told so, and its question is not rendered later") {
  Stage stage;
  int rendered = 0;
  DeskOthers others;
  others.dump = [&rendered](const Scene&) -> absl::StatusOr<std::string> {
    ++rendered;
    return std::string("dump");
  };
  Desk desk(
      &stage.ring, [] {}, others);
  CHECK(desk.DumpState(absl::Milliseconds(1)).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  desk.Answer(stage.scene());
  CHECK(rendered == 0);
}

TEST_CASE("more questions than may wait are refused at once") {
  Stage stage;
  std::atomic<size_t> asked{0}, unavailable{0};
  Desk desk(&stage.ring, [&asked] { ++asked; });
  std::vector<std::thread> askers;
  for (size_t i = 0; i < Desk::kWaiting; ++i) {
    askers.emplace_back([&desk, &unavailable] {
      if (absl::IsUnavailable(desk.ListQueues({}, {}, kLong).status())) ++unavailable;
    });
  }
  while (asked < Desk::kWaiting) std::this_thread::yield();
  const absl::Status refused = desk.ListQueues({}, {}, kLong).status();
  CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
  desk.Refuse("not ready: not synced: pods");
  for (std::thread& asker : askers) asker.join();
  CHECK(unavailable == Desk::kWaiting);
}

TEST_CASE("after the close, and while it happens, all are told that the daemon stops") {
  Stage stage;
  std::atomic<bool> asked{false};
  Desk desk(&stage.ring, [&asked] { asked = true; });
  absl::Status status;
  std::thread asker([&] { status = desk.ListQueues({}, {}, kLong).status(); });
  while (!asked) std::this_thread::yield();
  desk.Close();
  asker.join();
  CHECK(status == absl::UnavailableError("the daemon is stopping"));
  CHECK(desk.ListNodes({}, {}, kLong).status() == status);
}

TEST_CASE("what nobody has built in is Unimplemented, in words") {
  Stage stage;
  Desk desk(&stage.ring, [] {});
  CHECK(desk.DumpState(kLong).status() ==
        absl::UnimplementedError("this daemon does not answer with a dump of its state"));
  CHECK(desk.GetCost({}, {}, kLong).status().code() == absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace muster::daemon
