// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/writes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/kube/api_error.h"

namespace muster::kube {
namespace {

// Worth another try: the server is away, busy or in trouble, or our token has just been replaced.
bool IsPassing(const HttpReply& reply) {
  return !reply.transport.ok() || reply.code == 429 || reply.code == 401 || reply.code == 408 ||
         reply.code >= 500;
}

// The object is gone or is another one now: nothing is left to write to.
bool IsMoot(const HttpReply& reply) { return reply.code == 404 || reply.code == 409; }

}  // namespace

Writes::Writes(Reactor& reactor, size_t capacity, std::function<void(std::string)> problem,
               uint64_t seed)
    : reactor_(reactor), capacity_(capacity), problem_(std::move(problem)), seed_(seed) {}

Writes::~Writes() {
  for (const auto& [key, entry] : entries_) {
    reactor_.http().Cancel(entry.exchange);
    reactor_.Cancel(entry.timer);
  }
}

void Writes::Send(const std::string& key, Order order) {
  const auto it = entries_.find(key);
  if (it != entries_.end()) {
    if (it->second.waiting)
      it->second.now = std::move(order);
    else
      it->second.next = std::move(order);
    return;
  }
  if (entries_.size() >= capacity_) {
    if (!overflowed_) problem_(absl::StrCat(order.what, ": dropped, ", capacity_, " writes wait"));
    overflowed_ = true;
    return;
  }
  overflowed_ = false;
  entries_.emplace(key,
                   Entry{std::move(order), std::nullopt, 0,
                         Backoff(absl::Milliseconds(200), absl::Seconds(10), seed_ + ++started_)});
  Try(key);
}

void Writes::Withdraw(const std::string& key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return;
  it->second.next.reset();
  if (!it->second.waiting && !reactor_.http().Withdraw(it->second.exchange)) return;
  reactor_.Cancel(it->second.timer);
  entries_.erase(it);
}

void Writes::Try(const std::string& key) {
  Entry& entry = entries_.at(key);
  entry.waiting = false;
  ++entry.tried;
  entry.exchange = reactor_.http().Send(entry.now.request,
                                        [this, key](HttpReply reply) { OnReply(key, reply); });
}

void Writes::OnReply(const std::string& key, const HttpReply& reply) {
  Entry& entry = entries_.at(key);
  if (reply.ok() || !IsPassing(reply)) {
    if (!reply.ok() && !IsMoot(reply)) {
      problem_(absl::StrCat(entry.now.what, ": ", ErrorText(reply)));
    }
    Finish(key, reply.ok());
    return;
  }
  // Held back by the fence, or nobody there: the server has not had its try.
  if (!reply.transport.ok() && !reply.maybe_applied) --entry.tried;
  if (entry.next.has_value()) {
    entry.now = *std::move(entry.next);
    entry.next.reset();
    entry.tried = 0;
  }
  if (entry.now.tries > 0 && entry.tried >= entry.now.tries) {
    problem_(absl::StrCat(entry.now.what, ": given up: ", ErrorText(reply)));
    Finish(key, false);
    return;
  }
  entry.waiting = true;
  entry.timer = reactor_.Retry(entry.now.request.lane, entry.backoff.Next(RetryFloor(reply)),
                               [this, key] { Try(key); });
}

void Writes::Finish(const std::string& key, bool applied) {
  const auto it = entries_.find(key);
  const Done done = std::move(it->second.now.done);
  if (it->second.next.has_value()) {
    it->second.now = *std::move(it->second.next);
    it->second.next.reset();
    it->second.tried = 0;
    it->second.backoff.Reset();
    Try(key);
  } else {
    entries_.erase(it);
  }
  if (done) done(applied);
}

}  // namespace muster::kube
