// SPDX-License-Identifier: Apache-2.0
// The sockets of one libcurl multi handle, waited on with epoll. curl_multi_perform asks every
// transfer for news with a poll(2) of its own, so that each wake-up costs as many system calls as
// there are requests in flight; here only those with news are run.
//
// One thread uses it, but for Wake. It outlives the multi handle's clean-up, which still calls it.
#pragma once

#include <curl/curl.h>

#include "absl/time/time.h"
#include "scheduler/kube/boot_clock.h"

namespace muster::kube {

class Sockets {
 public:
  explicit Sockets(CURLM* multi);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  // Runs what libcurl wanted to run by now: new transfers and deadlines.
  void RunDue();
  // Waits up to `wait` for news, a deadline or Wake, and runs the transfers that have some.
  void Wait(absl::Duration wait);
  // Ends a Wait, or the next one; from any thread.
  void Wake();

 private:
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long milliseconds, void* self);
  void Watch(curl_socket_t socket, int what, bool known);

  CURLM* const multi_;
  SystemBootClock clock_;
  int epoll_ = -1;
  int wake_ = -1;
  absl::Duration due_ = absl::InfiniteDuration();  // when libcurl wants to run without news
};

}  // namespace muster::kube
