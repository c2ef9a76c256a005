// SPDX-License-Identifier: Apache-2.0
// The decoder that walks the wire and remembers roles, against one that decodes every message whole
// and reads it field by field.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/pod_codec.h"
#include "scheduler/codec/pod_requests.h"
#include "scheduler/codec/quote.h"
#include "scheduler/codec/role_codec.h"
#include "scheduler/codec/stamp_codec.h"
#include "scheduler/codec/wire.h"

namespace muster::codec {
namespace {

constexpr int32_t kGangMinLimit = 1'000'000;
constexpr absl::string_view kSparkRoleLabel = "spark-role";
constexpr absl::string_view kSparkAppLabel = "spark-app-selector";
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

void ReadDeclaration(const k8s::ObjectMeta& meta, Pod* pod) {
  if (const std::string* queue = Find(meta.labels(), kQueueLabel)) pod->queue = *queue;
  if (const std::string* gang = Find(meta.labels(), kGangLabel)) pod->gang = *gang;
  const std::string* minimum = Find(meta.annotations(), kGangMinAnnotation);
  if (minimum == nullptr) return;
  int32_t value = 0;
  if (absl::SimpleAtoi(*minimum, &value) && value >= 1 && value <= kGangMinLimit) {
    pod->gang_min = value;
  } else {
    pod->config_error = absl::StrCat("annotation ", kGangMinAnnotation, ": ", Quoted(*minimum),
                                     ": expected a whole number from 1 to ", kGangMinLimit);
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
  pod.generation = meta.generation();
  pod.created = ToTime(meta.creation_timestamp());
  ReadRole(spec, &pod.role);
  PodRequests requests = EffectiveRequests(from);
  pod.role.requests = std::move(requests.amounts);
  ReadDeclaration(meta, &pod);
  if (pod.config_error.empty()) pod.config_error = std::move(requests.error);
  ReadSpark(from, &pod);
  ReadCondition(from.status(), &pod);
  if (!pod.node_name.empty()) {
    pod.stamp = ReadStamp([&](absl::string_view key) -> absl::optional<absl::string_view> {
      const std::string* value = Find(meta.annotations(), key);
      return value != nullptr ? absl::make_optional<absl::string_view>(*value) : absl::nullopt;
    });
  }
  return pod;
}

class RandomPods {
 public:
  explicit RandomPods(uint32_t seed) : random_(seed) {}

  // A pod as the API server would write it: with fields, too, that we do not know.
  std::string Next() {
    k8s::Pod pod;
    FillMeta(pod.mutable_metadata());
    FillSpec(pod.mutable_spec());
    FillStatus(pod.mutable_status());
    std::string raw = pod.SerializeAsString();
    if (Odds(2)) AppendField(77, "unknown", &raw);
    return raw;
  }

  // The same with a byte changed, or cut short.
  std::string Spoil(std::string raw) {
    if (raw.empty()) return raw;
    const size_t at = Below(raw.size());
    if (Odds(2))
      raw[at] = static_cast<char>(Below(256));
    else
      raw.resize(at);
    return raw;
  }

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  bool Odds(size_t of) { return Below(of) == 0; }
  std::string One(std::initializer_list<const char*> of) {
    return *(of.begin() + Below(of.size()));
  }

  void FillMeta(k8s::ObjectMeta* meta) {
    meta->set_uid(absl::StrCat("uid-", Below(1000)));
    meta->set_name(absl::StrCat("pod-", Below(1000)));
    if (Odds(2)) meta->set_namespace_("team");
    if (Odds(2)) meta->set_generation(static_cast<int64_t>(Below(5)));
    if (Odds(2)) meta->mutable_creation_timestamp()->set_seconds(1700000000);
    if (Odds(3)) meta->mutable_creation_timestamp()->set_nanos(1000);
    if (Odds(5)) meta->mutable_deletion_timestamp();
    for (const char* key : {"muster.dev/queue", "muster.dev/gang", "app", "spark-app-selector"}) {
      if (Odds(2)) (*meta->mutable_labels())[key] = absl::StrCat("v", Below(3));
    }
    if (Odds(2)) (*meta->mutable_labels())["spark-role"] = One({"driver", "executor", "other"});
    auto& annotations = *meta->mutable_annotations();
    if (Odds(2)) annotations["muster.dev/gang-min"] = One({"3", "0", "x", "1000001"});
    if (Odds(2)) annotations["muster.dev/bound-queue"] = "etl";
    if (Odds(2)) annotations["muster.dev/bound-gang"] = "g";
    if (Odds(2)) annotations["muster.dev/bound-min"] = One({"1", "-1", "y"});
    if (Odds(2)) annotations["muster.dev/bound-at"] = One({"2026-11-24T10:00:00.5+00:00", "soon"});
    meta->add_finalizers("f");
  }

  void FillAmounts(google::protobuf::Map<std::string, k8s::Quantity>* amounts) {
    for (const char* name : {"cpu", "memory", "nvidia.com/gpu"}) {
      if (Odds(2)) (*amounts)[name].set_string(One({"1", "2", "100m", "1Gi", "1.5", "-1", "abc"}));
    }
  }

  void FillContainer(k8s::Container* container) {
    container->set_name(One({"main", "helper"}));
    container->add_args(absl::StrCat(Below(1000)));
    container->add_env()->set_name("HOST");
    if (Odds(2)) FillAmounts(container->mutable_resources()->mutable_requests());
    if (Odds(3)) FillAmounts(container->mutable_resources()->mutable_limits());
    if (Odds(4)) container->add_ports()->set_host_port(static_cast<int32_t>(Below(2)));
    if (Odds(3)) container->set_restart_policy("Always");
  }

  void FillVolume(k8s::Volume* volume) {
    volume->set_name(One({"spark-conf-volume-driver", "pod-template-volume", "data"}));
    if (Odds(4)) volume->mutable_source()->mutable_persistent_volume_claim()->set_claim_name("c");
    if (Odds(4)) volume->mutable_source()->mutable_ephemeral();
    if (Odds(2)) {
      k8s::ConfigMapVolumeSource* map = volume->mutable_source()->mutable_config_map();
      map->mutable_reference()->set_name("conf");
      if (Odds(2)) map->add_items()->set_key("key");
    }
  }

  void FillSpec(k8s::PodSpec* spec) {
    spec->set_scheduler_name(One({"muster", "other"}));
    if (Odds(2)) spec->set_node_name(One({"n1", "n2"}));
    if (Odds(2)) spec->set_service_account_name("ann");
    if (Odds(2)) spec->set_priority(Odds(2) ? 1000 : -5);
    if (Odds(5)) spec->add_scheduling_gates()->set_name("hold");
    for (size_t i = Below(3); i > 0; --i) FillContainer(spec->add_containers());
    for (size_t i = Below(3); i > 0; --i) FillContainer(spec->add_init_containers());
    for (size_t i = Below(3); i > 0; --i) FillVolume(spec->add_volumes());
    if (Odds(3)) (*spec->mutable_node_selector())["pool"] = One({"a", "b"});
    if (Odds(3)) {
      k8s::Toleration* toleration = spec->add_tolerations();
      toleration->set_key("t");
      toleration->set_operator_(One({"Exists", "Equal", "Odd"}));
    }
    if (Odds(4)) {
      k8s::NodeSelectorRequirement* term = spec->mutable_affinity()
                                               ->mutable_node_affinity()
                                               ->mutable_required()
                                               ->add_node_selector_terms()
                                               ->add_match_expressions();
      term->set_key("zone");
      term->set_operator_(One({"In", "Odd"}));
      term->add_values("a");
    }
    if (Odds(5)) spec->mutable_affinity()->mutable_pod_affinity()->add_required();
    if (Odds(5)) spec->add_topology_spread_constraints()->set_when_unsatisfiable("DoNotSchedule");
    if (Odds(5)) spec->add_resource_claims()->set_name("gpu");
    if (Odds(4)) FillAmounts(spec->mutable_overhead());
    if (Odds(4)) FillAmounts(spec->mutable_resources()->mutable_requests());
  }

  void FillContainerStatus(k8s::ContainerStatus* status) {
    status->set_name(One({"main", "helper"}));
    if (Odds(2)) FillAmounts(status->mutable_allocated_resources());
    if (Odds(2)) FillAmounts(status->mutable_resources()->mutable_requests());
  }

  void FillStatus(k8s::PodStatus* status) {
    if (Odds(2)) status->set_phase(One({"Pending", "Running", "Succeeded", "Failed", "Unknown"}));
    for (size_t i = Below(3); i > 0; --i) {
      k8s::PodCondition* condition = status->add_conditions();
      condition->set_type(One({"PodScheduled", "Ready", "PodResizePending"}));
      condition->set_status(One({"True", "False"}));
      condition->set_reason(One({"Infeasible", "QueueQuota"}));
      condition->set_message("m");
    }
    for (size_t i = Below(3); i > 0; --i) FillContainerStatus(status->add_container_statuses());
    for (size_t i = Below(2); i > 0; --i) {
      FillContainerStatus(status->add_init_container_statuses());
    }
    if (Odds(4)) FillAmounts(status->mutable_allocated_resources());
    if (Odds(4)) FillAmounts(status->mutable_resources()->mutable_requests());
  }

  std::mt19937 random_;
};

TEST_CASE("a pod off the wire is what its whole message says, be its role remembered or not") {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    RandomPods pods(seed);
    PodDecoder decoder;
    for (int i = 0; i < 3000; ++i) {
      const std::string raw = pods.Next();
      k8s::Pod message;
      REQUIRE(message.ParseFromString(raw));
      const Pod expected = Convert(message);
      for (int time = 0; time < 2; ++time) {
        Pod pod;
        std::string version;
        REQUIRE(decoder.Decode(raw, &pod, &version).ok());
        CHECK(pod.config_error == expected.config_error);
        CHECK(pod.stamp == expected.stamp);
        CHECK(CanonicalKey(pod.role) == CanonicalKey(expected.role));
        CHECK(pod.created == expected.created);
        REQUIRE(pod == expected);
      }
    }
  }
}

TEST_CASE("a spoilt pod is decoded or refused, and spoils no other") {
  RandomPods pods(7);
  PodDecoder decoder;
  for (int i = 0; i < 5000; ++i) {
    const std::string raw = pods.Next();
    Pod pod;
    std::string version;
    (void)decoder.Decode(pods.Spoil(raw), &pod, &version);
    REQUIRE(decoder.Decode(raw, &pod, &version).ok());
    k8s::Pod message;
    REQUIRE(message.ParseFromString(raw));
    REQUIRE(pod == Convert(message));
  }
}

}  // namespace
}  // namespace muster::codec
