// SPDX-License-Identifier: Apache-2.0
// Asks for what `muster top` shows, on a thread of its own, so that a key is heard while the daemon
// is slow. When the daemon does not answer any more, stands by or no longer takes the token, it is
// looked for anew, in the way that it was found at first.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "scheduler/daemon/cli/client.h"
#include "scheduler/daemon/cli/top_screen.h"

namespace muster::daemon::cli {

// One look, at most so many gangs. Leaves what was known before where the daemon does not answer.
void LookAt(Client* client, const std::string& under, int gangs, TopScreen* screen);

class TopAsker {
 public:
  TopAsker(ClientFlags flags, std::unique_ptr<Client> client, std::string under);
  // At once, whatever is under way.
  ~TopAsker();
  TopAsker(const TopAsker&) = delete;
  TopAsker& operator=(const TopAsker&) = delete;

  // One look; not before the last one is done.
  void Start(int gangs);
  // An eventfd, written to when there is something to be shown: then Take it.
  int ready() const { return ready_; }
  // `done`: whether that was the look that was started, and not how it goes on.
  TopScreen Take(bool* done);

 private:
  void Run();
  void LookOrFind(int gangs);
  // False: it is not found, `screen_` says why.
  bool Find();
  void Show(bool done);

  const ClientFlags flags_;
  const std::string under_;
  const int ready_;
  const int given_up_;  // an eventfd, written to when all is over
  TopScreen screen_;    // the thread's own

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::unique_ptr<Client> client_;  // changed by the thread alone
  int wanted_ = 0;
  bool ending_ = false;
  bool done_ = false;
  TopScreen shown_;

  std::thread thread_;
};

}  // namespace muster::daemon::cli
