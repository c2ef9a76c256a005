// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_template.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "k8s/pod.pb.h"
#include "scheduler/codec/yaml_reader.h"

namespace muster::codec {
namespace {

using QuantityMap = google::protobuf::Map<std::string, k8s::Quantity>;
using StringMap = google::protobuf::Map<std::string, std::string>;
using ContainerList = google::protobuf::RepeatedPtrField<k8s::Container>;

constexpr int64_t kMaxPort = 65535;

// The list under `key`; empty where it is absent.
std::vector<YamlField> ItemsOf(YamlMap* map, absl::string_view key) {
  const std::optional<YamlField> field = map->Optional(key);
  return field.has_value() ? field->Items() : std::vector<YamlField>();
}

// Sets a text field of a message where the key is present.
template <typename Setter>
void TextOf(YamlMap* map, absl::string_view key, Setter set) {
  const std::optional<YamlField> field = map->Optional(key);
  if (!field.has_value()) return;
  if (std::optional<std::string> text = field->Text()) set(*std::move(text));
}

class SpecReader {
 public:
  void Read(YamlMap map, k8s::PodSpec* spec) {
    if (!map.valid()) return;
    TextOf(&map, "schedulerName", [&](std::string text) { spec->set_scheduler_name(text); });
    TextOf(&map, "nodeName", [&](std::string text) { spec->set_node_name(text); });
    if (const auto host = map.Optional("hostNetwork")) {
      spec->set_host_network(host->Boolean().value_or(false));
    }
    if (const auto selector = map.Optional("nodeSelector")) {
      ReadTexts(*selector, spec->mutable_node_selector());
    }
    if (const auto affinity = map.Optional("affinity")) {
      ReadAffinity(YamlMap(*affinity, YamlMap::kOpen), spec->mutable_affinity());
    }
    for (const YamlField& item : ItemsOf(&map, "tolerations")) {
      ReadToleration(YamlMap(item, YamlMap::kOpen), spec->add_tolerations());
    }
    ReadContainers(&map, "containers", spec->mutable_containers());
    ReadContainers(&map, "initContainers", spec->mutable_init_containers());
    if (const auto overhead = map.Optional("overhead")) {
      ReadQuantities(*overhead, spec->mutable_overhead());
    }
    if (const auto resources = map.Optional("resources")) {
      ReadResources(YamlMap(*resources, YamlMap::kOpen), spec->mutable_resources());
    }
    for (const YamlField& item : ItemsOf(&map, "topologySpreadConstraints")) {
      YamlMap constraint(item, YamlMap::kOpen);
      k8s::TopologySpreadConstraint* to = spec->add_topology_spread_constraints();
      TextOf(&constraint, "whenUnsatisfiable",
             [&](std::string text) { to->set_when_unsatisfiable(text); });
    }
    for (const YamlField& item : ItemsOf(&map, "volumes")) {
      ReadVolume(YamlMap(item, YamlMap::kOpen), spec->add_volumes());
    }
    const size_t claims = ItemsOf(&map, "resourceClaims").size();
    for (size_t i = 0; i < claims; ++i) spec->add_resource_claims();
  }

 private:
  void ReadTexts(const YamlField& field, StringMap* to) {
    for (const auto& [key, value] : YamlMap(field, YamlMap::kOpen).Entries()) {
      if (const auto text = value.Text()) (*to)[key] = *text;
    }
  }

  void ReadQuantities(const YamlField& field, QuantityMap* to) {
    for (const auto& [resource, value] : YamlMap(field, YamlMap::kOpen).Entries()) {
      if (!value.Amount(resource).has_value()) continue;
      (*to)[resource].set_string(value.node().text);
    }
  }

  void ReadResources(YamlMap map, k8s::ResourceRequirements* to) {
    if (const auto limits = map.Optional("limits")) ReadQuantities(*limits, to->mutable_limits());
    if (const auto requests = map.Optional("requests")) {
      ReadQuantities(*requests, to->mutable_requests());
    }
  }

  void ReadContainers(YamlMap* map, absl::string_view key, ContainerList* to) {
    for (const YamlField& item : ItemsOf(map, key)) {
      YamlMap container(item, YamlMap::kOpen);
      k8s::Container* out = to->Add();
      TextOf(&container, "name", [&](std::string text) { out->set_name(text); });
      TextOf(&container, "restartPolicy", [&](std::string text) { out->set_restart_policy(text); });
      if (const auto resources = container.Optional("resources")) {
        ReadResources(YamlMap(*resources, YamlMap::kOpen), out->mutable_resources());
      }
      for (const YamlField& port : ItemsOf(&container, "ports")) {
        ReadPort(YamlMap(port, YamlMap::kOpen), out->add_ports());
      }
    }
  }

  void ReadPort(YamlMap map, k8s::ContainerPort* to) {
    const auto number = [&map](absl::string_view key) -> int32_t {
      const auto field = map.Optional(key);
      return field ? static_cast<int32_t>(field->Integer(0, kMaxPort).value_or(0)) : 0;
    };
    to->set_container_port(number("containerPort"));
    to->set_host_port(number("hostPort"));
  }

  void ReadToleration(YamlMap map, k8s::Toleration* to) {
    TextOf(&map, "key", [&](std::string text) { to->set_key(text); });
    TextOf(&map, "operator", [&](std::string text) { to->set_operator_(text); });
    TextOf(&map, "value", [&](std::string text) { to->set_value(text); });
    TextOf(&map, "effect", [&](std::string text) { to->set_effect(text); });
  }

  void ReadAffinity(YamlMap map, k8s::Affinity* to) {
    constexpr absl::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
    if (const auto node = map.Optional("nodeAffinity")) {
      YamlMap affinity(*node, YamlMap::kOpen);
      if (const auto required = affinity.Optional(kRequired)) {
        YamlMap selector(*required, YamlMap::kOpen);
        k8s::NodeSelector* out = to->mutable_node_affinity()->mutable_required();
        for (const YamlField& term : ItemsOf(&selector, "nodeSelectorTerms")) {
          ReadTerm(YamlMap(term, YamlMap::kOpen), out->add_node_selector_terms());
        }
      }
    }
    const auto count = [&map, kRequired](absl::string_view key) -> size_t {
      const auto field = map.Optional(key);
      if (!field.has_value()) return 0;
      YamlMap affinity(*field, YamlMap::kOpen);
      return ItemsOf(&affinity, kRequired).size();
    };
    const size_t near = count("podAffinity");
    const size_t apart = count("podAntiAffinity");
    for (size_t i = 0; i < near; ++i) to->mutable_pod_affinity()->add_required();
    for (size_t i = 0; i < apart; ++i) to->mutable_pod_anti_affinity()->add_required();
  }

  void ReadTerm(YamlMap map, k8s::NodeSelectorTerm* to) {
    for (const YamlField& item : ItemsOf(&map, "matchExpressions")) {
      ReadRequirement(YamlMap(item, YamlMap::kOpen), to->add_match_expressions());
    }
    for (const YamlField& item : ItemsOf(&map, "matchFields")) {
      ReadRequirement(YamlMap(item, YamlMap::kOpen), to->add_match_fields());
    }
  }

  void ReadRequirement(YamlMap map, k8s::NodeSelectorRequirement* to) {
    TextOf(&map, "key", [&](std::string text) { to->set_key(text); });
    if (const auto op = map.Required("operator", "In, NotIn, Exists, DoesNotExist, Gt or Lt")) {
      const auto word = op->Word({"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"});
      if (word.has_value()) to->set_operator_(op->node().text);
    }
    if (const auto values = map.Optional("values")) {
      for (std::string& value : values->Texts().value_or(std::vector<std::string>())) {
        to->add_values(std::move(value));
      }
    }
  }

  void ReadVolume(YamlMap map, k8s::Volume* to) {
    TextOf(&map, "name", [&](std::string text) { to->set_name(text); });
    if (map.Optional("persistentVolumeClaim").has_value()) {
      to->mutable_source()->mutable_persistent_volume_claim();
    }
    if (map.Optional("ephemeral").has_value()) to->mutable_source()->mutable_ephemeral();
  }
};

void FillRequests(k8s::ResourceRequirements* resources) {
  for (const auto& [resource, limit] : resources->limits()) {
    if (resources->requests().contains(resource)) continue;
    (*resources->mutable_requests())[resource] = limit;
  }
}

bool AnyRequests(const ContainerList& containers, const std::string& resource) {
  for (const k8s::Container& container : containers) {
    if (container.resources().requests().contains(resource)) return true;
  }
  return false;
}

// A pod-level limit becomes the pod-level request, unless containers say what they need of it.
void FillPodRequests(k8s::PodSpec* spec) {
  for (const auto& [resource, limit] : spec->resources().limits()) {
    if (spec->resources().requests().contains(resource)) continue;
    if (AnyRequests(spec->containers(), resource)) continue;
    if (AnyRequests(spec->init_containers(), resource)) continue;
    (*spec->mutable_resources()->mutable_requests())[resource] = limit;
  }
}

// k8s.io/kubernetes plugin/pkg/admission/defaulttolerationseconds.
void AddDefaultToleration(absl::string_view taint, k8s::PodSpec* spec) {
  constexpr int64_t kSeconds = 300;
  for (const k8s::Toleration& toleration : spec->tolerations()) {
    const bool covers_key = toleration.key().empty() || toleration.key() == taint;
    const bool covers_effect = toleration.effect().empty() || toleration.effect() == "NoExecute";
    if (covers_key && covers_effect) return;
  }
  k8s::Toleration* added = spec->add_tolerations();
  added->set_key(std::string(taint));
  added->set_operator_("Exists");
  added->set_effect("NoExecute");
  added->set_toleration_seconds(kSeconds);
}

}  // namespace

absl::Status ReadPodTemplate(absl::string_view file, absl::string_view text, k8s::Pod* pod) {
  const absl::StatusOr<YamlNode> root = ParseYaml(file, text);
  if (!root.ok()) return root.status();
  if (root->kind == YamlNode::Kind::kNull) return absl::OkStatus();
  YamlErrors errors(file);
  YamlMap map(YamlField(*root, "", &errors), YamlMap::kOpen);
  if (const auto spec = map.Optional("spec")) {
    SpecReader().Read(YamlMap(*spec, YamlMap::kOpen), pod->mutable_spec());
  }
  return errors.ToStatus();
}

void ApplyApiDefaults(k8s::Pod* pod) {
  k8s::PodSpec* spec = pod->mutable_spec();
  for (ContainerList* list : {spec->mutable_containers(), spec->mutable_init_containers()}) {
    for (k8s::Container& container : *list) {
      FillRequests(container.mutable_resources());
      if (!spec->host_network()) continue;
      for (k8s::ContainerPort& port : *container.mutable_ports()) {
        port.set_host_port(port.container_port());
      }
    }
  }
  FillPodRequests(spec);
  AddDefaultToleration("node.kubernetes.io/not-ready", spec);
  AddDefaultToleration("node.kubernetes.io/unreachable", spec);
}

}  // namespace muster::codec
