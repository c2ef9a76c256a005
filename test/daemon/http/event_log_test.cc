// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/event_log.h"

#include <catch2/catch.hpp>

namespace muster::daemon {
namespace {

std::string Read(const EventLog& log, int64_t after, bool* lost) {
  const auto event = log.After(after, lost);
  return event == nullptr ? "" : *event;
}

TEST_CASE("events are read after a number, as they are sent") {
  EventLog log("e", 10, 1000);
  bool lost = true;
  CHECK(Read(log, 0, &lost).empty());
  CHECK_FALSE(lost);
  log.Append("tick", "{}");
  log.Append("tick", "[1]");
  CHECK(Read(log, 0, &lost) == "id: e-1\nevent: tick\ndata: {}\n\n");
  CHECK(Read(log, 1, &lost) == "id: e-2\nevent: tick\ndata: [1]\n\n");
  CHECK(Read(log, 2, &lost).empty());
  CHECK_FALSE(lost);
}

TEST_CASE("old events give way, by number and by bytes, and who wants them hears so") {
  EventLog few("e", 2, 1 << 20);
  EventLog small("e", 100, 100);
  for (EventLog* log : {&few, &small}) {
    for (int i = 0; i < 5; ++i) log->Append("tick", std::string(20, 'x'));
    bool lost = false;
    CHECK(log->After(0, &lost) == nullptr);
    CHECK(lost);
    CHECK(log->After(3, &lost) != nullptr);
    CHECK_FALSE(lost);
  }
  EventLog tiny("e", 100, 10);
  tiny.Append("tick", std::string(1000, 'x'));
  bool lost = true;
  CHECK(tiny.After(0, &lost) != nullptr);
  CHECK_FALSE(lost);
}

TEST_CASE("an id is good to go on from while what follows is there") {
  EventLog log("now", 2, 1 << 20);
  CHECK(log.Resume("now-0") == 0);
  for (int i = 0; i < 5; ++i) log.Append("tick", "{}");
  CHECK(log.Resume("now-5") == 5);
  CHECK(log.Resume("now-3") == 3);
  for (const char* id : {"now-2", "now-6", "now-", "now--1", "before-5", "5", "", "now-5x"}) {
    CAPTURE(id);
    CHECK(log.Resume(id) == -1);
  }
  CHECK(log.Resume(log.Id(4)) == 4);
  log.Clear();
  CHECK(log.Resume("now-5") == -1);
  CHECK(log.Resume(log.Id(log.last())) == log.last());
  log.Append("tick", "{}");
  bool lost = true;
  CHECK(log.After(log.last() - 1, &lost) != nullptr);
  CHECK_FALSE(lost);
}

}  // namespace
}  // namespace muster::daemon
