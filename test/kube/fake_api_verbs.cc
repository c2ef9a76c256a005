// SPDX-License-Identifier: Apache-2.0
#include <simdjson.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/envelope.h"
#include "test/kube/fake_api_server.h"
#include "test/kube/fake_bodies.h"
#include "test/kube/fake_routes.h"

namespace muster::kube {
namespace {

std::string Frame(const std::string& type, const std::string& object) {
  k8s::WatchEvent event;
  event.set_type(type);
  event.mutable_object()->set_raw(object);
  const std::string bytes = event.SerializeAsString();
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(bytes.size() >> shift));
  return out + bytes;
}

// "metadata.name=x" of a field selector, else empty.
std::string OnlyName(const WireRequest& request) {
  const auto it = request.query.find("fieldSelector");
  if (it == request.query.end()) return "";
  return it->second.substr(std::string("metadata.name=").size());
}

bool Matches(const std::string& key, const std::string& ns, const std::string& only) {
  if (!ns.empty() && !absl::StartsWith(key, ns + "/")) return false;
  return only.empty() || key == only || absl::EndsWith(key, "/" + only);
}

}  // namespace

bool FakeApiServer::Apply(const WireRequest& request, std::string* kind, int* code,
                          std::string* body) {
  std::lock_guard<std::mutex> lock(mutex_);
  const Route route = ParseRoute(request.path);
  *kind = "Status";
  auto& objects = objects_[route.kind];
  if (request.method == "GET" && route.name.empty()) {
    *kind = KindOf(route.kind) + "List";
    List(route.kind, request, code, body);
    if (*code != 200) *kind = "Status";
  } else if (route.kind == "events") {
    k8s::Event event;
    *code = ParseBody(request, &event) ? 201 : 400;
    events_.push_back(event);
  } else if (route.kind == "leases" && request.method != "GET") {
    *code = WriteWhole<k8s::Lease>("leases", route.key(), request, body);
    if (*code < 300) *kind = "Lease";
  } else if (route.kind == "configmaps" && request.method != "GET") {
    *code = WriteWhole<k8s::ConfigMap>("configmaps", route.key(), request, body);
    if (*code < 300) *kind = "ConfigMap";
  } else if (objects.count(route.key()) == 0) {
    *code = 404;
    *body =
        StatusBody(404, "NotFound", absl::StrCat(route.kind, " \"", route.name, "\" not found"));
  } else if (request.method == "GET") {
    *kind = KindOf(route.kind);
    *code = 200;
    *body = objects[route.key()].raw;
  } else if (route.sub == "binding") {
    *code = Bind(route.key(), request, body);
  } else if (route.sub == "eviction") {
    *code = Evict(route.key(), request, body);
  } else if (route.sub == "status") {
    *code = PatchStatus(route.key(), request, body);
  } else if (request.method == "DELETE") {
    *code = Delete(route.kind, route.key(), request, body);
  } else {
    *code = 405;
  }
  changed_.notify_all();
  return true;
}

void FakeApiServer::List(const std::string& kind, const WireRequest& request, int* code,
                         std::string* body) {
  size_t limit = 0;
  const auto limit_text = request.query.find("limit");
  if (limit_text == request.query.end() || !absl::SimpleAtoi(limit_text->second, &limit)) limit = 0;
  const auto token = request.query.find("continue");
  std::string list;
  size_t count = 0;
  std::string last;
  std::string next;
  auto& objects = objects_[kind];
  for (const auto& [key, stored] : objects) {
    if (token != request.query.end() && key <= token->second) continue;
    if (!Matches(key, ParseRoute(request.path).ns, OnlyName(request))) continue;
    if (limit > 0 && count == limit) {
      next = last;
      break;
    }
    // Field 2, length-delimited: by way of a message with a bytes field of that number.
    k8s::Unknown item;
    item.set_raw(stored.raw);
    list += item.SerializeAsString();
    last = key;
    ++count;
  }
  k8s::PartialObject head;
  k8s::ListMeta meta;
  meta.set_resource_version(absl::StrCat(version_));
  meta.set_continue_token(next);
  k8s::RawExtension metadata;  // field 1, length-delimited
  metadata.set_raw(meta.SerializeAsString());
  *code = 200;
  *body = metadata.SerializeAsString() + list;
}

int FakeApiServer::Bind(const std::string& key, const WireRequest& request, std::string* body) {
  k8s::Binding binding;
  if (!ParseBody(request, &binding)) return 400;
  Stored& stored = objects_["pods"][key];
  k8s::Pod pod;
  pod.ParseFromString(stored.raw);
  const auto refuse = [&](int code, const std::string& message) {
    *body = StatusBody(code, code == 409 ? "Conflict" : "Invalid", message);
    return code;
  };
  if (binding.target().kind() != "Node" || binding.target().name().empty()) {
    return refuse(500, "bad target");
  }
  if (!binding.metadata().uid().empty() && binding.metadata().uid() != stored.uid) {
    return refuse(409, absl::StrCat("the UID in the precondition (", binding.metadata().uid(),
                                    ") does not match the UID in record (", stored.uid, ")"));
  }
  if (pod.metadata().has_deletion_timestamp()) return refuse(409, "pod is being deleted");
  if (!pod.spec().node_name().empty()) {
    return refuse(409, absl::StrCat("pod ", key, " is already assigned to node \"",
                                    pod.spec().node_name(), "\""));
  }
  pod.mutable_spec()->set_node_name(binding.target().name());
  for (const auto& [name, value] : binding.metadata().annotations()) {
    (*pod.mutable_metadata()->mutable_annotations())[name] = value;
  }
  StoreLocked("pods", key, pod);
  *body = StatusBody(201, "", "");
  return 201;
}

int FakeApiServer::PatchStatus(const std::string& key, const WireRequest& request,
                               std::string* body) {
  if (request.headers.at("content-type") != "application/strategic-merge-patch+json") return 415;
  simdjson::dom::parser parser;
  simdjson::dom::element patch;
  if (parser.parse(request.body).get(patch) != simdjson::SUCCESS) return 400;
  Stored& stored = objects_["pods"][key];
  std::string_view uid;
  if (patch["metadata"]["uid"].get(uid) == simdjson::SUCCESS && uid != stored.uid) {
    *body = StatusBody(409, "Conflict", "Precondition failed: UID in precondition");
    return 409;
  }
  k8s::Pod pod;
  pod.ParseFromString(stored.raw);
  for (simdjson::dom::element from : patch["status"]["conditions"].get_array()) {
    const std::string type{std::string_view(from["type"])};
    auto* conditions = pod.mutable_status()->mutable_conditions();
    auto it = std::find_if(conditions->begin(), conditions->end(),
                           [&](const k8s::PodCondition& c) { return c.type() == type; });
    k8s::PodCondition* to = it == conditions->end() ? conditions->Add() : &*it;
    to->set_type(type);
    to->set_status(std::string{std::string_view(from["status"])});
    to->set_reason(std::string{std::string_view(from["reason"])});
    to->set_message(std::string{std::string_view(from["message"])});
    int64_t generation = 0;
    if (from["observedGeneration"].get(generation) == simdjson::SUCCESS) {
      to->set_observed_generation(generation);
    }
    std::string_view time;
    if (from["lastTransitionTime"].get(time) == simdjson::SUCCESS) {
      to->mutable_last_transition_time()->set_seconds(version_);
    }
  }
  StoreLocked("pods", key, pod);
  return 200;
}

int FakeApiServer::Delete(const std::string& kind, const std::string& key,
                          const WireRequest& request, std::string* body) {
  k8s::DeleteOptions options;
  if (!request.body.empty() && !ParseBody(request, &options)) return 400;
  const std::string& uid = options.preconditions().uid();
  if (!uid.empty() && uid != objects_[kind][key].uid) {
    *body = StatusBody(409, "Conflict", "Precondition failed: UID in precondition");
    return 409;
  }
  ++version_;
  Note(kind, key, "DELETED", objects_[kind][key].raw);
  objects_[kind].erase(key);
  return 200;
}

template <typename T>
int FakeApiServer::WriteWhole(const std::string& kind, const std::string& key,
                              const WireRequest& request, std::string* body) {
  T object;
  if (!ParseBody(request, &object)) return 400;
  const bool creates = request.method == "POST";
  const std::string name = absl::StrCat(ParseRoute(request.path).ns, "/", object.metadata().name());
  auto& objects = objects_[kind];
  if (creates && objects.count(name) > 0) {
    *body = StatusBody(409, "AlreadyExists", absl::StrCat(name, " exists"));
    return 409;
  }
  if (!creates) {
    if (objects.count(key) == 0) {
      *body = StatusBody(404, "NotFound", absl::StrCat(key, " not found"));
      return 404;
    }
    T old;
    old.ParseFromString(objects[key].raw);
    if (object.metadata().resource_version() != old.metadata().resource_version()) {
      *body = StatusBody(409, "Conflict", "the object has been modified");
      return 409;
    }
  }
  StoreLocked(kind, name, object);
  *body = objects[name].raw;
  return creates ? 201 : 200;
}

bool FakeApiServer::SendInitial(const std::string& kind, const std::string& only,
                                WireConnection& connection, int64_t version) {
  std::vector<std::string> frames;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [key, stored] : objects_[kind]) {
      if (!Matches(key, "", only)) continue;
      frames.push_back(
          Frame("ADDED", codec::SealEnvelope(ApiVersionOf(kind), KindOf(kind), stored.raw)));
    }
  }
  for (const std::string& frame : frames) {
    // In two pieces, so that frames never arrive whole by luck.
    const size_t half = frame.size() / 2;
    if (!connection.Chunk(frame.substr(0, half)) || !connection.Chunk(frame.substr(half)))
      return false;
  }
  k8s::PartialObject end;
  end.mutable_metadata()->set_resource_version(absl::StrCat(version));
  (*end.mutable_metadata()->mutable_annotations())["k8s.io/initial-events-end"] = "true";
  return connection.Chunk(Frame(
      "BOOKMARK", codec::SealEnvelope(ApiVersionOf(kind), KindOf(kind), end.SerializeAsString())));
}

bool FakeApiServer::Watch(const std::string& kind, const WireRequest& request,
                          WireConnection& connection) {
  const bool initial = request.query.count("sendInitialEvents") > 0;
  const std::string only = OnlyName(request);
  std::unique_lock<std::mutex> lock(mutex_);
  if (initial && !watch_list_) {
    lock.unlock();
    return connection.Reply(422, "application/json",
                            "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":"
                            "\"sendInitialEvents is forbidden\"}");
  }
  int64_t from = version_;
  const auto resume = request.query.find("resourceVersion");
  if (resume != request.query.end() && absl::SimpleAtoi(resume->second, &from) &&
      from < compacted_) {
    lock.unlock();
    return connection.Reply(
        410, "application/vnd.kubernetes.protobuf",
        codec::SealEnvelope("v1", "Status",
                            StatusBody(410, "Expired", "too old resource version")));
  }
  const int cut = cuts_[kind];
  ++open_watches_[kind];
  lock.unlock();
  bool alive = connection.BeginChunks("application/vnd.kubernetes.protobuf;stream=watch");
  if (alive && initial) alive = SendInitial(kind, only, connection, from);
  lock.lock();
  while (alive && !stopping_ && cuts_[kind] == cut && !connection.PeerClosed()) {
    std::vector<std::string> frames;
    for (Change& change : changes_) {
      if (change.version <= from || change.kind != kind) continue;
      from = change.version;
      if (change.lost || !Matches(change.key, "", change.key.empty() ? "" : only)) continue;
      frames.push_back(Frame(change.type, change.body));
      change.lost = change.type == "ERROR";  // said once
    }
    if (frames.empty()) {
      changed_.wait_for(lock, std::chrono::milliseconds(20));
      continue;
    }
    lock.unlock();
    for (const std::string& frame : frames) alive = alive && connection.Chunk(frame);
    lock.lock();
  }
  --open_watches_[kind];
  const bool orderly = cut_orderly_[kind];
  lock.unlock();
  if (orderly) return connection.EndChunks();
  connection.Abort();
  return false;
}

}  // namespace muster::kube
