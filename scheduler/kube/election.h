// SPDX-License-Identifier: Apache-2.0
// One leader by a Lease, with client-go's protocol and timing, and a fence on top: a Lease alone
// does not stop an old leader's late write.
//
// Expiry is judged by our own clock since the record last changed, never by the times written in
// it. The fence: a write may leave only within 60 % of the lease after the last renewal *was sent*,
// and the server drops it after 4 s (?timeout=4s); who takes over an expired lease leads `grace`
// later. So with 15 s and 4 s the last write of the old leader ends (9 + 4 s) before the first of
// the new. A server that is away takes no leadership: the fence holds the writes back, and the
// first renewal after that succeeds only if nobody wrote the Lease meanwhile (its resource version
// says so). Then all is as it was; else the leadership is lost. Source: client-go
// tools/leaderelection. Lives on the reactor's thread.
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "k8s/cluster.pb.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"

namespace muster::kube {

struct LeaseSettings {
  std::string ns = "muster-system";
  std::string name = "muster";
  std::string identity;  // unique among all that could run at once; see identity.h
  absl::Duration duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);  // not renewed for so long: said in the log
  absl::Duration retry = absl::Seconds(2);
  absl::Duration grace = absl::Seconds(4);
};

class Election {
 public:
  struct Sink {
    std::function<void()> lead;                 // once
    std::function<void(std::string why)> lost;  // once, after lead; nothing follows
    std::function<void(std::string)> problem;   // one line, for the log
    std::function<void(std::string)> standby;   // another holds it; told when the holder changes
  };

  Election(Reactor& reactor, LeaseSettings settings, Sink sink);
  ~Election();
  Election(const Election&) = delete;
  Election& operator=(const Election&) = delete;

  void Start() { Read(); }
  bool leading() const { return phase_ == Phase::kLeading; }
  // Asked just before a write leaves.
  bool MayWrite() const;
  // Gives the lease up, if it is held, so that the next leader need not wait.
  void Release(std::function<void()> done);

 private:
  enum class Phase { kWaiting, kHolding, kLeading, kOver };  // kHolding: ours, within the grace

  void Read();
  void OnRead(HttpReply reply);
  void Judge();
  void Write(bool release, std::function<void(const HttpReply&)> done);
  void OnWritten(const HttpReply& reply, absl::Duration sent);
  void Renewed(absl::Duration sent);
  void LeadIfDue();
  void Again();
  void Tick();
  void Lose(const std::string& why);
  void ReleaseAsRead(std::function<void()> done);
  absl::Duration Fence() const { return settings_.duration * 0.6; }
  bool Ours() const { return record_.spec().holder_identity() == settings_.identity; }

  Reactor& reactor_;
  const LeaseSettings settings_;
  const Sink sink_;
  Phase phase_ = Phase::kWaiting;
  k8s::Lease record_;  // as last read or written; empty: there is none
  bool exists_ = false;
  std::string told_holder_;
  bool lapsed_ = false;  // renew_deadline has passed, and it has been said
  absl::Duration observed_ = -absl::InfiniteDuration();  // when the record last changed
  absl::Duration renewed_ = -absl::InfiniteDuration();   // when the last good renewal was sent
  absl::Duration lead_from_ = -absl::InfiniteDuration();
  Http::Id exchange_ = 0;
  Reactor::TimerId timer_{};
};

}  // namespace muster::kube
