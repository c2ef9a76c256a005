// SPDX-License-Identifier: Apache-2.0
// The addresses of one host. A name is looked up on a thread of its own, since getaddrinfo(3) may
// take many seconds, and again when what is known is a minute old. An address needs no look-up.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/kube/connection.h"

namespace muster::kube {

class Resolver {
 public:
  // `wake` is called on another thread when an answer is there.
  Resolver(std::string host, std::string port, std::function<void()> wake);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Null while a look-up is under way: ask again after `wake`. Else the answer, good until the next
  // call; a failure is told once and then looked up anew.
  const absl::StatusOr<std::vector<SocketAddress>>* Ask(absl::Duration now);
  // The first address did not do in time: looked up again, another one comes first.
  void Distrust();

 private:
  struct Lookup;

  const std::string host_;
  const std::string port_;
  const std::function<void()> wake_;
  bool numeric_ = false;
  absl::StatusOr<std::vector<SocketAddress>> known_;
  size_t distrusted_ = 0;  // how often
  absl::Duration known_at_ = -absl::InfiniteDuration();
  std::shared_ptr<Lookup> lookup_;  // shared with its thread, which may outlive us
};

}  // namespace muster::kube
