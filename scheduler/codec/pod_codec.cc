// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/pod_requests.h"
#include "scheduler/codec/quote.h"
#include "scheduler/codec/role_codec.h"
#include "scheduler/codec/stamp_codec.h"

namespace muster::codec {
namespace {

constexpr int32_t kGangMinLimit = 1'000'000;
constexpr absl::string_view kSparkRoleLabel = "spark-role";
constexpr absl::string_view kSparkAppLabel = "spark-app-selector";
constexpr absl::string_view kSparkNameLabel = "spark-app-name";
constexpr absl::string_view kAppNameLabel = "app.kubernetes.io/name";
constexpr absl::string_view kConfVolume = "spark-conf-volume-driver";
constexpr absl::string_view kTemplateVolume = "pod-template-volume";
constexpr absl::string_view kTemplateKey = "podspec-configmap-key";

using StringMap = google::protobuf::Map<std::string, std::string>;

const std::string* Find(const StringMap& map, absl::string_view key) {
  const auto it = map.find(std::string(key));
  return it == map.end() ? nullptr : &it->second;
}

absl::Time ToTime(const k8s::Time& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

PodPhase ReadPhase(absl::string_view phase) {
  if (phase == "Running") return PodPhase::kRunning;
  if (phase == "Succeeded") return PodPhase::kSucceeded;
  if (phase == "Failed") return PodPhase::kFailed;
  return PodPhase::kPending;  // also Unknown, which no component sets any more
}

// Of several malformed fields the first one is told.
void Complain(std::string error, Pod* pod) {
  if (pod->config_error.empty()) pod->config_error = std::move(error);
}

void ReadDeclaration(const k8s::ObjectMeta& meta, Pod* pod) {
  if (const std::string* queue = Find(meta.labels(), kQueueLabel)) pod->queue = *queue;
  if (const std::string* gang = Find(meta.labels(), kGangLabel)) pod->gang = *gang;
  const std::string* minimum = Find(meta.annotations(), kGangMinAnnotation);
  if (minimum == nullptr) return;
  int32_t value = 0;
  if (absl::SimpleAtoi(*minimum, &value) && value >= 1 && value <= kGangMinLimit) {
    pod->gang_min = value;
  } else {
    Complain(absl::StrCat("annotation ", kGangMinAnnotation, ": ", Quoted(*minimum),
                          ": expected a whole number from 1 to ", kGangMinLimit),
             pod);
  }
}

// What estimates go by: the user's own, and the name under which earlier runs are known.
void ReadEstimate(const k8s::ObjectMeta& meta, Pod* pod) {
  const std::string* app = Find(meta.labels(), kSparkNameLabel);
  if (app == nullptr) app = Find(meta.labels(), kAppNameLabel);
  if (app != nullptr) pod->app = *app;
  const std::string* runtime = Find(meta.annotations(), kRuntimeAnnotation);
  if (runtime == nullptr) return;
  absl::Duration value;
  if (absl::ParseDuration(*runtime, &value) && value > absl::ZeroDuration() &&
      value < absl::InfiniteDuration()) {
    pod->runtime = value;
  } else {
    Complain(absl::StrCat("annotation ", kRuntimeAnnotation, ": ", Quoted(*runtime),
                          ": expected a duration such as 90s or 1h30m"),
             pod);
  }
}

void ReadSpark(const k8s::Pod& from, Pod* pod) {
  const StringMap& labels = from.metadata().labels();
  if (const std::string* app = Find(labels, kSparkAppLabel)) pod->spark_app = *app;
  const std::string* role = Find(labels, kSparkRoleLabel);
  if (role == nullptr) return;
  if (*role == "executor") pod->spark_role = SparkRole::kExecutor;
  if (*role != "driver") return;
  pod->spark_role = SparkRole::kDriver;
  for (const k8s::Volume& volume : from.spec().volumes()) {
    const k8s::ConfigMapVolumeSource& source = volume.source().config_map();
    if (volume.name() == kConfVolume) pod->conf_map = source.reference().name();
    if (volume.name() != kTemplateVolume) continue;
    pod->template_map = source.reference().name();
    pod->template_key = source.items_size() > 0 ? source.items(0).key() : std::string(kTemplateKey);
  }
}

void ReadCondition(const k8s::PodStatus& status, Pod* pod) {
  for (const k8s::PodCondition& condition : status.conditions()) {
    if (condition.type() != "PodScheduled" || condition.status() != "False") continue;
    pod->condition_reason = condition.reason();
    pod->condition_message = condition.message();
  }
}

Pod Convert(const k8s::Pod& from) {
  const k8s::ObjectMeta& meta = from.metadata();
  const k8s::PodSpec& spec = from.spec();
  Pod pod;
  pod.uid = meta.uid();
  pod.ns = meta.namespace_();
  pod.name = meta.name();
  pod.scheduler_name = spec.scheduler_name();
  pod.node_name = spec.node_name();
  pod.service_account = spec.service_account_name();
  pod.phase = ReadPhase(from.status().phase());
  pod.deleting = meta.has_deletion_timestamp();
  pod.gated = spec.scheduling_gates_size() > 0;
  pod.priority = spec.priority();
  pod.preempts = spec.preemption_policy() != "Never";
  if (spec.has_termination_grace_period_seconds()) {
    pod.grace = absl::Seconds(std::max<int64_t>(0, spec.termination_grace_period_seconds()));
  }
  pod.generation = meta.generation();
  pod.created = ToTime(meta.creation_timestamp());
  ReadRole(spec, &pod.role);
  PodRequests requests = EffectiveRequests(from);
  pod.role.requests = std::move(requests.amounts);
  ReadDeclaration(meta, &pod);
  ReadEstimate(meta, &pod);
  Complain(std::move(requests.error), &pod);
  ReadSpark(from, &pod);
  ReadCondition(from.status(), &pod);
  if (!pod.node_name.empty()) {
    pod.stamp = ReadStamp([&](absl::string_view key) { return Find(meta.annotations(), key); });
  }
  return pod;
}

}  // namespace

absl::StatusOr<DecodedPod> DecodePod(absl::string_view raw) {
  alignas(8) char first_block[32 << 10];
  google::protobuf::ArenaOptions options;
  options.initial_block = first_block;
  options.initial_block_size = sizeof(first_block);
  google::protobuf::Arena arena(options);
  auto* message = google::protobuf::Arena::CreateMessage<k8s::Pod>(&arena);
  if (!message->ParseFromArray(raw.data(), static_cast<int>(raw.size()))) {
    return absl::InvalidArgumentError("malformed protobuf in a Pod");
  }
  return DecodedPod{Convert(*message), message->metadata().resource_version()};
}

}  // namespace muster::codec
