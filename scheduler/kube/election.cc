// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/election.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/kube/api_error.h"

namespace muster::kube {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kReleaseDeadline = absl::Milliseconds(300);

std::string Leases(const LeaseSettings& settings) {
  return absl::StrCat("/apis/coordination.k8s.io/v1/namespaces/", settings.ns, "/leases");
}

k8s::Time ToWire(absl::Time time) {
  k8s::Time out;
  const timespec parts = absl::ToTimespec(time);
  out.set_seconds(parts.tv_sec);
  out.set_nanos(static_cast<int32_t>(parts.tv_nsec / 1000 * 1000));  // upstream keeps microseconds
  return out;
}

bool ParseLease(absl::string_view body, k8s::Lease* lease) {
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(body);
  return envelope.ok() &&
         lease->ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size()));
}

}  // namespace

Election::Election(Reactor& reactor, LeaseSettings settings, Sink sink)
    : reactor_(reactor), settings_(std::move(settings)), sink_(std::move(sink)) {}

Election::~Election() {
  reactor_.http().Cancel(exchange_);
  reactor_.Cancel(timer_);
}

bool Election::MayWrite() const {
  return phase_ == Phase::kLeading && reactor_.Now() - renewed_ < Fence();
}

void Election::Read() {
  HttpRequest request;
  request.lane = Lane::kLease;
  request.path = absl::StrCat(Leases(settings_), "/", settings_.name);
  request.deadline = kDeadline;
  exchange_ = reactor_.http().Send(std::move(request),
                                   [this](HttpReply reply) { OnRead(std::move(reply)); });
  Again();
}

void Election::OnRead(HttpReply reply) {
  if (reply.transport.ok() && reply.code == 404) {
    exists_ = false;
    record_.Clear();
    record_.mutable_metadata()->set_name(settings_.name);
    record_.mutable_metadata()->set_namespace_(settings_.ns);
    Judge();
    return;
  }
  k8s::Lease lease;
  if (!reply.ok() || !ParseLease(reply.body, &lease)) {
    sink_.problem(
        absl::StrCat("reading lease ", settings_.ns, "/", settings_.name, ": ", ErrorText(reply)));
    return;
  }
  if (!exists_ || lease.metadata().resource_version() != record_.metadata().resource_version()) {
    observed_ = reactor_.Now();
  }
  exists_ = true;
  record_ = std::move(lease);
  Judge();
}

// Whether the lease that was just read may be written by us.
void Election::Judge() {
  const absl::Duration now = reactor_.Now();
  const std::string& holder = record_.spec().holder_identity();
  const bool free = !exists_ || holder.empty();
  if (phase_ != Phase::kWaiting && (free || !Ours())) {
    // Also a free one: whoever took it may have led and gone again.
    Lose(absl::StrCat("lease ", settings_.ns, "/", settings_.name, " was ",
                      free ? "given up" : "taken by ", holder));
    return;
  }
  if (!free && !Ours()) {
    if (holder != told_holder_) sink_.standby(told_holder_ = holder);
    if (now - observed_ < absl::Seconds(record_.spec().lease_duration_seconds())) return;
    lead_from_ = now + settings_.grace;
  }
  Write(/*release=*/false, nullptr);
}

void Election::Write(bool release, std::function<void(const HttpReply&)> done) {
  const bool ours = exists_ && Ours();
  const absl::Time now = absl::Now();
  k8s::Lease lease = record_;
  k8s::LeaseSpec& spec = *lease.mutable_spec();
  spec.set_holder_identity(release ? "" : settings_.identity);
  spec.set_lease_duration_seconds(
      release ? 1 : static_cast<int32_t>(absl::ToInt64Seconds(settings_.duration)));
  if (!ours || release) *spec.mutable_acquire_time() = ToWire(now);
  if (!ours && exists_) spec.set_lease_transitions(spec.lease_transitions() + 1);
  *spec.mutable_renew_time() = ToWire(now);
  HttpRequest request;
  request.lane = Lane::kLease;
  request.method = exists_ ? "PUT" : "POST";
  request.path = exists_ ? absl::StrCat(Leases(settings_), "/", settings_.name, "?timeout=4s")
                         : absl::StrCat(Leases(settings_), "?timeout=4s");
  request.content_type = std::string(kProtobuf);
  request.body = codec::SealEnvelope("coordination.k8s.io/v1", "Lease", lease.SerializeAsString());
  request.deadline = release ? kReleaseDeadline : kDeadline;
  const absl::Duration sent = reactor_.Now();
  exchange_ = reactor_.http().Send(std::move(request),
                                   [this, sent, done = std::move(done)](HttpReply reply) {
                                     if (done)
                                       done(reply);
                                     else
                                       OnWritten(reply, sent);
                                   });
}

void Election::OnWritten(const HttpReply& reply, absl::Duration sent) {
  k8s::Lease lease;
  if (reply.ok() && ParseLease(reply.body, &lease)) {
    exists_ = true;
    record_ = std::move(lease);
    observed_ = reactor_.Now();
    Renewed(sent);
    return;
  }
  // A conflict means that someone wrote it, perhaps we ourselves in a request without an answer.
  if (reply.code == 409) {
    exchange_ = 0;
    Read();
    return;
  }
  sink_.problem(
      absl::StrCat("writing lease ", settings_.ns, "/", settings_.name, ": ", ErrorText(reply)));
  if (reply.maybe_applied) record_.clear_spec();  // read before the next write
}

void Election::Renewed(absl::Duration sent) {
  renewed_ = sent;
  lapsed_ = false;
  if (phase_ == Phase::kWaiting) phase_ = Phase::kHolding;
  LeadIfDue();
  if (phase_ == Phase::kHolding) Again();
}

void Election::LeadIfDue() {
  const absl::Duration now = reactor_.Now();
  if (phase_ != Phase::kHolding || now < lead_from_ || now - renewed_ >= Fence()) return;
  phase_ = Phase::kLeading;
  sink_.lead();
}

// One timer drives everything: the next round, or the end of the grace if that is sooner.
void Election::Again() {
  reactor_.Cancel(timer_);
  absl::Duration wait = settings_.retry;
  if (phase_ == Phase::kHolding && lead_from_ > reactor_.Now()) {
    wait = std::min(wait, lead_from_ - reactor_.Now());
  }
  timer_ = reactor_.After(wait, [this] { Tick(); });
}

void Election::Tick() {
  if (phase_ == Phase::kOver) return;
  const bool held = phase_ != Phase::kWaiting;
  if (held && !lapsed_ && reactor_.Now() - renewed_ >= settings_.renew_deadline) {
    lapsed_ = true;
    sink_.problem(absl::StrCat(
        "lease ", settings_.ns, "/", settings_.name, " could not be renewed for ",
        absl::FormatDuration(settings_.renew_deadline), ": nothing is written until it is"));
  }
  LeadIfDue();
  Again();
  if (reactor_.http().Pending(Lane::kLease) > 0) return;  // the last round has no answer yet
  if (held && Ours())
    Write(/*release=*/false, nullptr);
  else
    Read();
}

void Election::Lose(const std::string& why) {
  const bool led = phase_ == Phase::kLeading;
  reactor_.Cancel(timer_);
  phase_ = Phase::kOver;
  if (led) {
    sink_.lost(why);
    return;
  }
  // Lost within the grace: nothing was done as a leader, so go on as a candidate.
  phase_ = Phase::kWaiting;
  observed_ = reactor_.Now();
  lead_from_ = -absl::InfiniteDuration();
  Again();
}

void Election::Release(std::function<void()> done) {
  reactor_.Cancel(timer_);
  reactor_.http().Cancel(exchange_);
  const bool held = phase_ == Phase::kLeading || phase_ == Phase::kHolding;
  phase_ = Phase::kOver;
  if (!held || !Ours()) {
    done();
    return;
  }
  Write(/*release=*/true, [this, done = std::move(done)](const HttpReply& reply) {
    if (reply.code == 409)
      ReleaseAsRead(done);  // a renewal was under way
    else
      done();
  });
}

void Election::ReleaseAsRead(std::function<void()> done) {
  HttpRequest request;
  request.lane = Lane::kLease;
  request.path = absl::StrCat(Leases(settings_), "/", settings_.name);
  request.deadline = kReleaseDeadline;
  exchange_ = reactor_.http().Send(std::move(request), [this, done](HttpReply reply) {
    if (!reply.ok() || !ParseLease(reply.body, &record_) || !Ours()) {
      done();
      return;
    }
    Write(/*release=*/true, [done](const HttpReply&) { done(); });
  });
}

}  // namespace muster::kube
