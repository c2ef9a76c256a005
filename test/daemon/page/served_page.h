// SPDX-License-Identifier: Apache-2.0
// The page of a FakeCluster, on a free port of loopback, at the pace of a test.
#pragma once

#include <catch2/catch.hpp>
#include <memory>

#include "scheduler/daemon/page/page_server.h"
#include "test/daemon/page/fake_questions.h"

namespace muster::daemon {

inline const absl::Time kNow = absl::FromUnixSeconds(1750000000);

inline TickPace Quick() {
  TickPace pace;
  pace.period = absl::Milliseconds(5);
  pace.share = 1;
  pace.patience = absl::Milliseconds(500);
  return pace;
}

struct ServedPage {
  FakeQuestions questions;
  std::unique_ptr<PageServer> page;

  // `hostile`: names and messages are what an attacker would write.
  explicit ServedPage(bool hostile = false, TickPace pace = Quick())
      : questions(FakeCluster(40, 20, kNow, hostile)) {
    auto listens = PageServer::Listen({"127.0.0.1", 0}, {"muster.example"}, &questions, pace);
    REQUIRE(listens.ok());
    page = *std::move(listens);
  }
  int port() const { return page->port(); }
  void Add(const std::string& name) {
    questions.With([&](FakeCluster& cluster) { cluster.Add("ns", name, "etl", kNow); });
  }
};

}  // namespace muster::daemon
