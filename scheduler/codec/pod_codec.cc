// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
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

void Assign(absl::string_view from, std::string* to) { to->assign(from.data(), from.size()); }

// Who made the pod, as an admission policy wrote it (deploy/user): the whole name in the
// annotation, which a label could not hold. A service account has the name by which queues know it.
void ReadUser(const PodOutline& from, std::string* user) {
  constexpr absl::string_view kAccount = "system:serviceaccount:";
  absl::string_view name = from.Annotation(kUserLabel).value_or("");
  if (name.empty()) name = from.Label(kUserLabel).value_or("");
  if (!absl::ConsumePrefix(&name, kAccount)) return Assign(name, user);
  const size_t colon = name.find(':');
  *user =
      absl::StrCat(name.substr(0, colon), "/", colon == name.npos ? "" : name.substr(colon + 1));
}

void ReadDeclaration(const PodOutline& from, Pod* pod) {
  Assign(from.Label(kQueueLabel).value_or(""), &pod->queue);
  Assign(from.Label(kGangLabel).value_or(""), &pod->gang);
  ReadUser(from, &pod->user);
  const absl::optional<absl::string_view> minimum = from.Annotation(kGangMinAnnotation);
  if (!minimum.has_value()) return;
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
void ReadEstimate(const PodOutline& from, Pod* pod) {
  absl::optional<absl::string_view> app = from.Label(kSparkNameLabel);
  if (!app.has_value()) app = from.Label(kAppNameLabel);
  Assign(app.value_or(""), &pod->app);
  const absl::optional<absl::string_view> runtime = from.Annotation(kRuntimeAnnotation);
  if (!runtime.has_value()) return;
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

// The ConfigMaps of a driver.
absl::Status ReadVolumes(absl::string_view raw, Pod* pod) {
  k8s::PodSpec spec;
  if (!spec.ParseFromArray(raw.data(), static_cast<int>(raw.size()))) {
    return absl::InvalidArgumentError("malformed protobuf in a PodSpec");
  }
  for (const k8s::Volume& volume : spec.volumes()) {
    const k8s::ConfigMapVolumeSource& source = volume.source().config_map();
    if (volume.name() == kConfVolume) pod->conf_map = source.reference().name();
    if (volume.name() != kTemplateVolume) continue;
    pod->template_map = source.reference().name();
    pod->template_key = source.items_size() > 0 ? source.items(0).key() : std::string(kTemplateKey);
  }
  return absl::OkStatus();
}

absl::Status ReadSpark(const PodOutline& from, Pod* pod) {
  Assign(from.Label(kSparkAppLabel).value_or(""), &pod->spark_app);
  const absl::string_view role = from.Label(kSparkRoleLabel).value_or("");
  if (role == "executor") pod->spark_role = SparkRole::kExecutor;
  if (role != "driver") return absl::OkStatus();
  pod->spark_role = SparkRole::kDriver;
  return ReadVolumes(from.spec, pod);
}

void ReadIdentity(const PodOutline& from, Pod* pod) {
  Assign(from.uid, &pod->uid);
  Assign(from.ns, &pod->ns);
  Assign(from.name, &pod->name);
  Assign(from.scheduler_name, &pod->scheduler_name);
  Assign(from.node_name, &pod->node_name);
  Assign(from.service_account, &pod->service_account);
  pod->phase = ReadPhase(from.phase);
  pod->deleting = from.deleting;
  pod->gated = from.gated;
  pod->priority = from.priority;
  pod->preempts = from.preemption_policy != "Never";
  if (from.grace_seconds.has_value()) {
    pod->grace = absl::Seconds(std::max<int64_t>(0, *from.grace_seconds));
  }
  pod->generation = from.generation;
  pod->created =
      absl::FromUnixSeconds(from.created_seconds) + absl::Nanoseconds(from.created_nanos);
  Assign(from.condition_reason, &pod->condition_reason);
  Assign(from.condition_message, &pod->condition_message);
}

}  // namespace

absl::Status PodDecoder::Decode(absl::string_view raw, Pod* pod, std::string* resource_version) {
  const Role* role = outline_.Read(raw) ? Find(outline_.role()) : nullptr;
  if (role == nullptr) return absl::InvalidArgumentError("malformed protobuf in a Pod");
  *pod = Pod();
  ReadIdentity(outline_, pod);
  pod->role = role->spec;
  ReadDeclaration(outline_, pod);
  ReadEstimate(outline_, pod);
  Complain(role->error, pod);
  if (absl::Status spark = ReadSpark(outline_, pod); !spark.ok()) return spark;
  if (!pod->node_name.empty()) {
    pod->stamp = ReadStamp([this](absl::string_view key) { return outline_.Annotation(key); });
  }
  Assign(outline_.resource_version, resource_version);
  return absl::OkStatus();
}

const PodDecoder::Role* PodDecoder::Find(const std::string& text) {
  const auto known = roles_.find(text);
  if (known != roles_.end()) return &known->second;
  google::protobuf::Arena arena;
  auto* message = google::protobuf::Arena::CreateMessage<k8s::Pod>(&arena);
  if (!message->ParseFromString(text)) return nullptr;
  Role role;
  ReadRole(message->spec(), &role.spec);
  PodRequests requests = EffectiveRequests(*message);
  role.spec.requests = std::move(requests.amounts);
  role.error = std::move(requests.error);
  if (roles_.size() >= kRoles) roles_.clear();
  return &roles_.emplace(text, std::move(role)).first->second;
}

}  // namespace muster::codec
