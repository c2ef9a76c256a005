// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/memory_object.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "k8s/cluster.pb.h"
#include "scheduler/codec/memory_codec.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

constexpr char kKey[] = "state.json";

// A repetition may fare better.
bool IsPassing(const HttpReply& reply) {
  return !reply.transport.ok() || reply.code == 429 || reply.code == 401 || reply.code == 408 ||
         reply.code >= 500;
}

HttpRequest ReadRequest(const std::string& ns, const std::string& name) {
  HttpRequest request;
  request.path = ConfigMapPath(ns, name);
  return request;
}

}  // namespace

MemoryObject::MemoryObject(Reactor& reactor, Place place, Sink sink, uint64_t seed)
    : reactor_(reactor),
      place_(std::move(place)),
      sink_(std::move(sink)),
      backoff_(absl::Milliseconds(200), absl::Seconds(10), seed) {}

MemoryObject::~MemoryObject() {
  reactor_.http().Cancel(exchange_);
  reactor_.Cancel(timer_);
}

std::string MemoryObject::Called() const {
  return absl::StrCat("ConfigMap ", place_.ns, "/", place_.name, " key ", kKey);
}

void MemoryObject::Read() {
  exchange_ = reactor_.http().Send(ReadRequest(place_.ns, place_.name),
                                   [this](const HttpReply& reply) { OnRead(reply); });
}

void MemoryObject::OnRead(const HttpReply& reply) {
  if (reply.transport.ok() && reply.code == 404) {
    sink_.read(std::nullopt);
    return;
  }
  const absl::StatusOr<k8s::ConfigMap> map =
      reply.ok() ? ReadAnswer<k8s::ConfigMap>(reply) : absl::UnavailableError(ErrorText(reply));
  if (!map.ok()) {
    sink_.problem(absl::StrCat("reading ", Called(), ": ", map.status().message()));
    if (!reply.ok() && IsPassing(reply))
      timer_ = reactor_.Retry(Lane::kRead, backoff_.Next(RetryFloor(reply)), [this] { Read(); });
    else
      sink_.read(std::nullopt);
    return;
  }
  version_ = map->metadata().resource_version();
  const auto text = map->data().find(kKey);
  absl::StatusOr<Memory> memory = text == map->data().end() ? absl::NotFoundError("no such key")
                                                            : codec::DecodeMemory(text->second);
  if (memory.ok()) {
    sink_.read(*std::move(memory));
    return;
  }
  sink_.problem(absl::StrCat("nothing is remembered: ", Called(), ": ", memory.status().message()));
  sink_.read(std::nullopt);
}

void MemoryObject::Remember(const Memory& memory) {
  ++wanted_;
  text_ = codec::EncodeMemory(memory);
  Schedule();
}

void MemoryObject::AfterWrites(std::function<void()> then) {
  if (settled()) {
    then();
    return;
  }
  waiters_.push_back({wanted_, std::move(then)});
  Schedule();
}

void MemoryObject::Schedule() {
  if (busy_ || settled()) return;
  if (text_ == written_) {
    writing_ = wanted_;
    Settle();
    return;
  }
  reactor_.Cancel(timer_);
  if (!waiters_.empty() || reactor_.Now() >= next_write_)
    Write();
  else
    timer_ = reactor_.After(next_write_ - reactor_.Now(), [this] { Write(); });
}

void MemoryObject::Write() {
  busy_ = true;
  writing_ = wanted_;
  sent_ = text_;
  k8s::ConfigMap map;
  map.mutable_metadata()->set_name(place_.name);
  map.mutable_metadata()->set_namespace_(place_.ns);
  if (!version_.empty()) map.mutable_metadata()->set_resource_version(version_);
  (*map.mutable_metadata()->mutable_labels())["app.kubernetes.io/name"] = "muster";
  (*map.mutable_data())[kKey] = sent_;
  HttpRequest request;
  request.lane = Lane::kBind;  // evictions wait for it: not behind conditions and events
  request.method = version_.empty() ? "POST" : "PUT";
  request.path =
      absl::StrCat(ConfigMapPath(place_.ns, version_.empty() ? "" : place_.name), kWriteTimeout);
  request.content_type = std::string(kProtobuf);
  request.body = codec::SealEnvelope("v1", "ConfigMap", map.SerializeAsString());
  request.deadline = kWriteDeadline;
  request.fenced = true;
  exchange_ = reactor_.http().Send(std::move(request),
                                   [this](const HttpReply& reply) { OnWritten(reply); });
}

void MemoryObject::OnWritten(const HttpReply& reply) {
  if (!reply.ok()) {
    Retry(reply);
    return;
  }
  const absl::StatusOr<k8s::ConfigMap> map = ReadAnswer<k8s::ConfigMap>(reply);
  // With the old version the next write finds the new one by its conflict.
  if (map.ok()) version_ = map->metadata().resource_version();
  written_ = sent_;
  said_ = false;
  Settle();
}

void MemoryObject::Retry(const HttpReply& reply) {
  const bool sent = reply.transport.ok() || reply.maybe_applied;
  if (sent) ++tries_;
  const bool moved = reply.transport.ok() && (reply.code == 409 || reply.code == 404);
  const bool hopeless = !moved && !IsPassing(reply);
  if (hopeless || tries_ >= kTries) {
    if (!said_) {
      sink_.problem(absl::StrCat("writing ", Called(), ": ", ErrorText(reply),
                                 "; until it can be written evictions go on without a record"));
    }
    said_ = true;
    if (!hopeless) ++wanted_;  // and is tried again later
    Settle();
    return;
  }
  timer_ = reactor_.Retry(Lane::kWrite, backoff_.Next(RetryFloor(reply)), [this, moved] {
    if (moved)
      ReadVersion();
    else
      Write();
  });
}

// Somebody else wrote or deleted it, or we ourselves in a request without an answer.
void MemoryObject::ReadVersion() {
  exchange_ = reactor_.http().Send(ReadRequest(place_.ns, place_.name),
                                   [this](const HttpReply& reply) { OnVersion(reply); });
}

void MemoryObject::OnVersion(const HttpReply& reply) {
  const bool absent = reply.transport.ok() && reply.code == 404;
  const absl::StatusOr<k8s::ConfigMap> map =
      reply.ok() ? ReadAnswer<k8s::ConfigMap>(reply) : absl::UnavailableError("");
  if (absent || map.ok()) {
    version_ = absent ? "" : map->metadata().resource_version();
    Write();
  } else {
    Retry(reply);
  }
}

void MemoryObject::Settle() {
  busy_ = false;
  tries_ = 0;
  backoff_.Reset();
  done_ = writing_;
  next_write_ = reactor_.Now() + kSpacing;
  std::vector<Waiter> waiters;
  waiters.swap(waiters_);
  for (Waiter& waiter : waiters) {
    if (waiter.number <= done_)
      waiter.then();
    else
      waiters_.push_back(std::move(waiter));
  }
  Schedule();
}

}  // namespace muster::kube
