// SPDX-License-Identifier: Apache-2.0
// The page on a cluster that only exists to be looked at, for browsers under test.
//
//   page_server [--gangs N] [--nodes N] [--port P] [--hostile] [--live]
//
// Prints "http://127.0.0.1:PORT". Lines on stdin are orders: "step", "add NAME", "remove NAME",
// "evict NAME", "stall", "resume"; each is answered by "ok". The end of stdin ends it. --live: a
// step a second.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "scheduler/daemon/page/page_server.h"
#include "test/daemon/page/fake_questions.h"

namespace muster::daemon {
namespace {

struct Options {
  size_t gangs = 400;
  size_t nodes = 200;
  int port = 0;
  bool hostile = false;
  bool live = false;
};

Options Read(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--hostile") {
      options.hostile = true;
    } else if (name == "--live") {
      options.live = true;
    } else if (i + 1 < count) {
      const int value = std::atoi(arguments[++i]);
      if (name == "--gangs") options.gangs = static_cast<size_t>(value);
      if (name == "--nodes") options.nodes = static_cast<size_t>(value);
      if (name == "--port") options.port = value;
    }
  }
  return options;
}

void Obey(const std::string& order, FakeQuestions* questions) {
  const std::string verb = order.substr(0, order.find(' '));
  const std::string name = verb.size() < order.size() ? order.substr(verb.size() + 1) : "";
  if (verb == "stall" || verb == "resume") questions->Stall(verb == "stall");
  questions->With([&](FakeCluster& cluster) {
    if (verb == "step") cluster.Step(absl::Now());
    if (verb == "add") cluster.Add("team-etl", name, "etl", absl::Now());
    if (verb == "remove") cluster.Remove(name);
    if (verb == "evict") cluster.Evict(name);
  });
}

int Main(int count, char** arguments) {
  const Options options = Read(count, arguments);
  FakeQuestions questions(FakeCluster(options.gangs, options.nodes, absl::Now(), options.hostile));
  const auto page = PageServer::Listen({"127.0.0.1", options.port}, {}, &questions);
  if (!page.ok()) {
    std::cerr << page.status().message() << "\n";
    return 1;
  }
  std::cout << "http://127.0.0.1:" << (*page)->port() << std::endl;
  std::atomic<bool> ended{false};
  std::thread life([&] {
    while (options.live && !ended) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      Obey("step", &questions);
    }
  });
  for (std::string order; std::getline(std::cin, order);) {
    Obey(order, &questions);
    std::cout << "ok" << std::endl;
  }
  ended = true;
  life.join();
  return 0;
}

}  // namespace
}  // namespace muster::daemon

int main(int count, char** arguments) { return muster::daemon::Main(count, arguments); }
