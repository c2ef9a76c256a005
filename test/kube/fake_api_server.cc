// SPDX-License-Identifier: Apache-2.0
#include "test/kube/fake_api_server.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/envelope.h"
#include "test/kube/fake_routes.h"

namespace muster::kube {

FakeApiServer::FakeApiServer(SSL_CTX* tls)
    : http_(std::make_unique<FakeHttp>(
          [this](const WireRequest& request, WireConnection& connection) {
            return Handle(request, connection);
          },
          tls)) {}

FakeApiServer::~FakeApiServer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  http_.reset();
}

std::string FakeApiServer::url() const { return absl::StrCat("http://127.0.0.1:", http_->port()); }

template <typename T>
std::string FakeApiServer::StoreLocked(const std::string& kind, const std::string& key, T object) {
  auto& objects = objects_[kind];
  const bool existed = objects.count(key) > 0;
  if (object.metadata().uid().empty()) {
    object.mutable_metadata()->set_uid(existed ? objects[key].uid
                                               : absl::StrCat("uid-", key, "-", ++next_uid_));
  }
  object.mutable_metadata()->set_resource_version(absl::StrCat(++version_));
  Stored& stored = objects[key];
  const bool recreated = existed && stored.uid != object.metadata().uid();
  stored.raw = object.SerializeAsString();
  stored.uid = object.metadata().uid();
  Note(kind, key, existed && !recreated ? "MODIFIED" : "ADDED", stored.raw);
  return stored.uid;
}

template std::string FakeApiServer::StoreLocked(const std::string&, const std::string&, k8s::Pod);
template std::string FakeApiServer::StoreLocked(const std::string&, const std::string&, k8s::Lease);
template std::string FakeApiServer::StoreLocked(const std::string&, const std::string&,
                                                k8s::ConfigMap);
template std::string FakeApiServer::StoreLocked(const std::string&, const std::string&,
                                                k8s::PodDisruptionBudget);

template <typename T>
std::string FakeApiServer::PutObject(const std::string& kind, T object) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string& ns = object.metadata().namespace_();
  const std::string key =
      ns.empty() ? object.metadata().name() : absl::StrCat(ns, "/", object.metadata().name());
  std::string uid = StoreLocked(kind, key, std::move(object));
  changed_.notify_all();
  return uid;
}

std::string FakeApiServer::Put(k8s::Pod pod) { return PutObject("pods", std::move(pod)); }
std::string FakeApiServer::Put(k8s::Node node) { return PutObject("nodes", std::move(node)); }
std::string FakeApiServer::Put(k8s::ConfigMap map) {
  return PutObject("configmaps", std::move(map));
}
std::string FakeApiServer::Put(k8s::Lease lease) { return PutObject("leases", std::move(lease)); }
std::string FakeApiServer::Put(k8s::PodDisruptionBudget budget) {
  return PutObject("poddisruptionbudgets", std::move(budget));
}

void FakeApiServer::Remove(const std::string& kind, const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++version_;
  Note(kind, key, "DELETED", objects_[kind][key].raw);
  objects_[kind].erase(key);
  changed_.notify_all();
}

void FakeApiServer::Note(const std::string& kind, const std::string& key, const std::string& type,
                         const std::string& raw) {
  Change change{version_, kind, type, codec::SealEnvelope(ApiVersionOf(kind), KindOf(kind), raw),
                key};
  if (lose_[kind] > 0) {
    --lose_[kind];
    change.lost = true;
  }
  changes_.push_back(std::move(change));
}

k8s::Pod FakeApiServer::GetPod(const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  k8s::Pod pod;
  pod.ParseFromString(objects_["pods"][key].raw);
  return pod;
}

k8s::Lease FakeApiServer::GetLease(const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  k8s::Lease lease;
  lease.ParseFromString(objects_["leases"][key].raw);
  return lease;
}

k8s::ConfigMap FakeApiServer::GetConfigMap(const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  k8s::ConfigMap map;
  map.ParseFromString(objects_["configmaps"][key].raw);
  return map;
}

bool FakeApiServer::Has(const std::string& kind, const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  return objects_[kind].count(key) > 0;
}

void FakeApiServer::Add(Fault fault) {
  std::lock_guard<std::mutex> lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FakeApiServer::ClearFaults() {
  std::lock_guard<std::mutex> lock(mutex_);
  faults_.clear();
}

void FakeApiServer::set_watch_list(bool offered) {
  std::lock_guard<std::mutex> lock(mutex_);
  watch_list_ = offered;
}

void FakeApiServer::Compact() {
  std::lock_guard<std::mutex> lock(mutex_);
  compacted_ = ++version_;
  changes_.clear();
}

void FakeApiServer::Lose(const std::string& kind, int count) {
  std::lock_guard<std::mutex> lock(mutex_);
  lose_[kind] = count;
}

void FakeApiServer::SendBookmark(const std::string& kind) {
  std::lock_guard<std::mutex> lock(mutex_);
  k8s::PartialObject bookmark;
  bookmark.mutable_metadata()->set_resource_version(absl::StrCat(++version_));
  Note(kind, "", "BOOKMARK", bookmark.SerializeAsString());
  changed_.notify_all();
}

void FakeApiServer::SendError(const std::string& kind, int code, const std::string& reason) {
  std::lock_guard<std::mutex> lock(mutex_);
  k8s::Status status;
  status.set_code(code);
  status.set_reason(reason);
  status.set_message("as told");
  changes_.push_back({++version_, kind, "ERROR",
                      codec::SealEnvelope("v1", "Status", status.SerializeAsString()), ""});
  changed_.notify_all();
}

void FakeApiServer::SendGarbage(const std::string& kind) {
  std::lock_guard<std::mutex> lock(mutex_);
  changes_.push_back(
      {++version_, kind, "ADDED", codec::SealEnvelope("v1", KindOf(kind), "\xff\xff"), ""});
  changed_.notify_all();
}

void FakeApiServer::CutWatches(const std::string& kind, bool orderly) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++cuts_[kind];
  cut_orderly_[kind] = orderly;
  changed_.notify_all();
}

std::vector<WireRequest> FakeApiServer::Requests() {
  std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

int FakeApiServer::Count(const std::string& method, const std::string& path) {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(
      std::count_if(requests_.begin(), requests_.end(), [&](const WireRequest& request) {
        return request.method == method &&
               absl::StrContains(absl::StrCat(request.path, "?", request.query_text), path);
      }));
}

int FakeApiServer::OpenWatches(const std::string& kind) {
  std::lock_guard<std::mutex> lock(mutex_);
  return open_watches_[kind];
}

std::vector<k8s::Event> FakeApiServer::Events() {
  std::lock_guard<std::mutex> lock(mutex_);
  return events_;
}

int FakeApiServer::max_concurrent_binds() {
  std::lock_guard<std::mutex> lock(mutex_);
  return max_binds_;
}

std::string FakeApiServer::last_client_name() {
  std::lock_guard<std::mutex> lock(mutex_);
  return client_name_;
}

bool FakeApiServer::TakeFault(const WireRequest& request, Fault* fault) {
  std::lock_guard<std::mutex> lock(mutex_);
  requests_.push_back(request);
  const std::string target = absl::StrCat(request.path, "?", request.query_text);
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (it->method != request.method || !absl::StrContains(target, it->path)) continue;
    *fault = *it;
    if (--it->times == 0) faults_.erase(it);
    return true;
  }
  return false;
}

bool FakeApiServer::Handle(const WireRequest& request, WireConnection& connection) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    client_name_ = connection.ClientName();
  }
  Fault fault;
  if (!TakeFault(request, &fault)) return Dispatch(request, connection);
  std::string kind, body;
  int code = 0;
  if (fault.act == Fault::Act::kCutAfter || fault.act == Fault::Act::kHang) {
    Apply(request, &kind, &code, &body);
  }
  switch (fault.act) {
    case Fault::Act::kReply: {
      const std::string after =
          fault.retry_after > 0 ? absl::StrCat("Retry-After: ", fault.retry_after, "\r\n") : "";
      return connection.Reply(fault.code, "application/json", fault.body, after);
    }
    case Fault::Act::kCutBefore:
    case Fault::Act::kCutAfter: connection.Abort(); return false;
    case Fault::Act::kHang:
    case Fault::Act::kHangBefore: {
      std::unique_lock<std::mutex> lock(mutex_);
      while (!stopping_ && !connection.PeerClosed()) {
        changed_.wait_for(lock, std::chrono::milliseconds(5));
      }
      return false;
    }
  }
  return false;
}

bool FakeApiServer::Dispatch(const WireRequest& request, WireConnection& connection) {
  const auto watch = request.query.find("watch");
  if (request.method == "GET" && watch != request.query.end()) {
    return Watch(ParseRoute(request.path).kind, request, connection);
  }
  std::string kind, body;
  int code = 0;
  Apply(request, &kind, &code, &body);
  return connection.Reply(code, "application/vnd.kubernetes.protobuf",
                          codec::SealEnvelope(kind == "Status" ? "v1" : ApiVersionOf(kind),
                                              kind == "Status" ? "Status" : kind, body));
}

}  // namespace muster::kube
