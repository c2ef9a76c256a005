// SPDX-License-Identifier: Apache-2.0
// Keeps the listeners of the page up to date: a thread that asks the scheduler for queues and gangs
// and appends what changed to the log of events. It asks at most once a `period`, so rarely that
// asking takes about `share` of the time at most, and not at all while nobody listens.
//
// Events: "hello" {"resumed": ...} first, where false says that all has to be asked for anew;
// "tick"
// {"queues": ListQueuesResponse, "gangs": ListGangsResponse, "gone": ListGangsResponse,
// "decisions": [Decision]} with what changed; "trouble" {"message": ...} while the scheduler does
// not answer.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/daemon/http/http_site.h"
#include "scheduler/daemon/page/changes.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

struct TickPace {
  absl::Duration period = absl::Seconds(1);
  double share = 0.05;
  absl::Duration longest = absl::Seconds(5);   // between two times, whatever the share
  absl::Duration patience = absl::Seconds(2);  // for an answer
  absl::Duration memory = absl::Seconds(60);   // without a listener, what they knew is forgotten
  size_t most_gangs = 1000;                    // in one tick
};

class Ticker {
 public:
  Ticker(Questions* questions, std::shared_ptr<EventLog> events, TickPace pace);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // The beginning of a stream, after the last event that the client has seen, if that is still
  // there. What the client asks for after it has heard "hello" and what ticks tell leave no gap
  // between them. Any thread.
  Page Join(const HttpRequest& request);

 private:
  void Run();
  absl::StatusOr<Listing> Ask();
  void AskDecisions(std::vector<v1::Decision>* decisions);
  // Whether it was answered.
  bool Tick();

  Questions* const questions_;
  const std::shared_ptr<EventLog> events_;
  const TickPace pace_;
  std::mutex mutex_;
  std::condition_variable stop_;
  // Guarded by mutex_.
  bool stopping_ = false;
  absl::Time ticked_ = absl::InfinitePast();
  Changes changes_;
  int64_t decision_ = 0;  // the last one that was told
  std::string trouble_;

  std::thread thread_;
};

}  // namespace muster::daemon
