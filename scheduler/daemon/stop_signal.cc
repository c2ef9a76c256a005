// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/stop_signal.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

#include "scheduler/model/check.h"

namespace muster::daemon {
namespace {

sigset_t Stopping() {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  return stopping;
}

int OpenSignals() {
  const sigset_t stopping = Stopping();
  return signalfd(-1, &stopping, SFD_CLOEXEC);
}

}  // namespace

void StopSignal::Block() {
  const sigset_t stopping = Stopping();
  MUSTER_CHECK(pthread_sigmask(SIG_BLOCK, &stopping, nullptr) == 0);
  // A peer that goes away is an error of that connection, not the end of us.
  signal(SIGPIPE, SIG_IGN);
}

StopSignal::StopSignal(std::function<void(std::string name)> on_stop)
    : on_stop_(std::move(on_stop)), signals_(OpenSignals()), done_(eventfd(0, EFD_CLOEXEC)) {
  MUSTER_CHECK(signals_ >= 0 && done_ >= 0);
  thread_ = std::thread([this] { Wait(); });
}

StopSignal::~StopSignal() {
  eventfd_write(done_, 1);
  thread_.join();
  close(signals_);
  close(done_);
}

void StopSignal::Wait() {
  bool asked = false;
  while (true) {
    pollfd watched[2] = {{signals_, POLLIN, 0}, {done_, POLLIN, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents != 0) return;
    signalfd_siginfo received;
    if (read(signals_, &received, sizeof(received)) != sizeof(received)) continue;
    if (std::exchange(asked, true)) _exit(128 + static_cast<int>(received.ssi_signo));
    on_stop_(received.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
  }
}

}  // namespace muster::daemon
