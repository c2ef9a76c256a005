// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

constexpr absl::Duration kKeep = absl::Minutes(1);

using Addresses = absl::StatusOr<std::vector<SocketAddress>>;

Addresses LookUp(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", gai_strerror(error)));
  }
  std::vector<SocketAddress> out;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    SocketAddress address;
    std::memcpy(&address.bytes, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    out.push_back(address);
  }
  freeaddrinfo(list);
  return out;
}

}  // namespace

struct Resolver::Lookup {
  std::mutex mutex;
  bool wanted = true;
  bool done = false;
  Addresses result;
};

Resolver::Resolver(std::string host, std::string port, std::function<void()> wake)
    : host_(std::move(host)),
      port_(std::move(port)),
      wake_(std::move(wake)),
      known_(LookUp(host_, port_, AI_NUMERICHOST)) {
  numeric_ = known_.ok();
}

Resolver::~Resolver() {
  if (lookup_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(lookup_->mutex);
  lookup_->wanted = false;
}

const Addresses* Resolver::Ask(absl::Duration now) {
  if (numeric_ || (lookup_ == nullptr && now - known_at_ < kKeep)) return &known_;
  if (lookup_ == nullptr) {
    lookup_ = std::make_shared<Lookup>();
    std::thread([lookup = lookup_, host = host_, port = port_, wake = wake_] {
      Addresses result = LookUp(host, port, 0);
      const std::lock_guard<std::mutex> lock(lookup->mutex);
      lookup->result = std::move(result);
      lookup->done = true;
      if (lookup->wanted) wake();
    }).detach();
    return nullptr;
  }
  {
    const std::lock_guard<std::mutex> lock(lookup_->mutex);
    if (!lookup_->done) return nullptr;
    known_ = std::move(lookup_->result);
  }
  lookup_.reset();
  if (known_.ok()) {
    std::rotate(known_->begin(), known_->begin() + distrusted_ % known_->size(), known_->end());
  }
  known_at_ = known_.ok() ? now : -absl::InfiniteDuration();
  return &known_;
}

void Resolver::Distrust() {
  // Once for all the connections that fail together.
  if (known_at_ != -absl::InfiniteDuration()) ++distrusted_;
  known_at_ = -absl::InfiniteDuration();
}

}  // namespace muster::kube
