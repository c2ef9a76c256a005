// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/reports.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "k8s/cluster.pb.h"
#include "k8s/meta.pb.h"
#include "scheduler/codec/json_text.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

constexpr size_t kWordBytes = 128;  // reason, action, instance of an event

HttpRequest Regarding(const loop::PodRef& object, const char* kind, const loop::PostEvent& action,
                      const Reporter& reporter, absl::Time now) {
  k8s::Event event;
  const int64_t nanos = absl::ToUnixNanos(now);
  // 253 bytes are allowed; the suffix takes 17.
  event.mutable_metadata()->set_name(
      absl::StrCat(object.name.substr(0, 230), ".", absl::Hex(nanos, absl::kZeroPad16)));
  event.mutable_metadata()->set_namespace_(object.ns);
  event.mutable_event_time()->set_seconds(nanos / 1'000'000'000);
  event.mutable_event_time()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000 / 1000 * 1000));
  event.set_reporting_controller(reporter.controller);
  event.set_reporting_instance(reporter.instance.substr(0, kWordBytes));
  event.set_action(action.action.substr(0, kWordBytes));
  event.set_reason(action.reason.substr(0, kWordBytes));
  event.set_note(CutText(action.note, kNoteBytes));
  event.set_type(action.warning ? "Warning" : "Normal");
  k8s::ObjectReference& regarding = *event.mutable_regarding();
  regarding.set_api_version("v1");
  regarding.set_kind(kind);
  regarding.set_namespace_(object.ns);
  regarding.set_name(object.name);
  regarding.set_uid(object.uid);
  HttpRequest request;
  request.lane = Lane::kWrite;
  request.method = "POST";
  request.path = absl::StrCat("/apis/events.k8s.io/v1/namespaces/", EscapeQuery(object.ns),
                              "/events", kWriteTimeout);
  request.content_type = std::string(kProtobuf);
  request.body = codec::SealEnvelope("events.k8s.io/v1", "Event", event.SerializeAsString());
  request.deadline = kWriteDeadline;
  request.fenced = true;
  return request;
}

HttpRequest StatusPatch(const loop::PodRef& pod, absl::string_view condition) {
  HttpRequest request;
  request.lane = Lane::kWrite;
  request.method = "PATCH";
  request.path = absl::StrCat(PodPath(pod, "/status"), kWriteTimeout);
  request.content_type = "application/strategic-merge-patch+json";
  request.body = absl::StrCat("{\"metadata\":{\"uid\":", codec::JsonText(pod.uid),
                              "},\"status\":{\"conditions\":[", condition, "]}}");
  request.deadline = kWriteDeadline;
  request.fenced = true;
  return request;
}

}  // namespace

HttpRequest ConditionRequest(const loop::SetCondition& action, bool appears, absl::Time now) {
  std::string time;
  if (appears) {
    time = absl::StrCat(",\"lastTransitionTime\":\"",
                        absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", now, absl::UTCTimeZone()), "\"");
  }
  return StatusPatch(
      action.pod,
      absl::StrCat("{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":",
                   codec::JsonText(action.reason), ",\"message\":", codec::JsonText(action.message),
                   ",\"observedGeneration\":", action.generation, time, "}"));
}

HttpRequest DisruptionRequest(const loop::PodRef& pod, const std::string& message) {
  return StatusPatch(pod,
                     absl::StrCat("{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":"
                                  "\"PreemptionByScheduler\",\"message\":",
                                  codec::JsonText(message), "}"));
}

HttpRequest EventRequest(const loop::PostEvent& action, const Reporter& reporter, absl::Time now) {
  return Regarding(action.pod, "Pod", action, reporter, now);
}

HttpRequest ConfigEventRequest(const loop::PodRef& config_map, const loop::PostEvent& action,
                               const Reporter& reporter, absl::Time now) {
  return Regarding(config_map, "ConfigMap", action, reporter, now);
}

HttpRequest DeleteRequest(const loop::PodRef& pod) {
  k8s::DeleteOptions options;
  options.mutable_preconditions()->set_uid(pod.uid);
  HttpRequest request;
  request.lane = Lane::kBind;
  request.method = "DELETE";
  request.path = absl::StrCat(PodPath(pod), kWriteTimeout);
  request.content_type = std::string(kProtobuf);
  request.body = codec::SealEnvelope("v1", "DeleteOptions", options.SerializeAsString());
  request.deadline = kWriteDeadline;
  request.fenced = true;
  return request;
}

HttpRequest EvictionRequest(const loop::PodRef& pod, bool dry_run) {
  k8s::Eviction eviction;
  eviction.mutable_metadata()->set_name(pod.name);
  eviction.mutable_metadata()->set_namespace_(pod.ns);
  k8s::DeleteOptions& options = *eviction.mutable_delete_options();
  options.mutable_preconditions()->set_uid(pod.uid);
  HttpRequest request;
  request.lane = Lane::kBind;
  request.method = "POST";
  request.path = absl::StrCat(PodPath(pod, "/eviction"), kWriteTimeout);
  if (dry_run) {
    // In both places: neither a webhook nor a proxy may take it for the real thing.
    options.add_dry_run("All");
    absl::StrAppend(&request.path, "&dryRun=All");
  }
  request.content_type = std::string(kProtobuf);
  request.body = codec::SealEnvelope("policy/v1", "Eviction", eviction.SerializeAsString());
  request.deadline = kWriteDeadline;
  request.fenced = true;
  return request;
}

std::string CutText(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit - 3;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

}  // namespace muster::kube
