// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/role_codec.h"

#include <algorithm>

#include "k8s/pod.pb.h"

namespace muster::codec {
namespace {

bool ReadOperator(absl::string_view text, SelectorOp* op) {
  static constexpr std::pair<absl::string_view, SelectorOp> kOperators[] = {
      {"In", SelectorOp::kIn},         {"NotIn", SelectorOp::kNotIn},
      {"Exists", SelectorOp::kExists}, {"DoesNotExist", SelectorOp::kDoesNotExist},
      {"Gt", SelectorOp::kGt},         {"Lt", SelectorOp::kLt}};
  for (const auto& [name, value] : kOperators) {
    if (text == name) {
      *op = value;
      return true;
    }
  }
  return false;
}

class Reader {
 public:
  Reader(const k8s::PodSpec& spec, RoleSpec* role) : spec_(spec), role_(*role) {}

  void Read() {
    role_.node_selector.assign(spec_.node_selector().begin(), spec_.node_selector().end());
    std::sort(role_.node_selector.begin(), role_.node_selector.end());
    ReadNodeAffinity();
    for (const k8s::Toleration& toleration : spec_.tolerations()) ReadToleration(toleration);
    NoteUnsupported();
    std::sort(role_.unsupported.begin(), role_.unsupported.end());
    role_.unsupported.erase(std::unique(role_.unsupported.begin(), role_.unsupported.end()),
                            role_.unsupported.end());
  }

 private:
  void Unsupported(absl::string_view field) { role_.unsupported.emplace_back(field); }

  void ReadNodeAffinity() {
    const k8s::NodeAffinity& affinity = spec_.affinity().node_affinity();
    role_.has_affinity = affinity.has_required();
    for (const k8s::NodeSelectorTerm& from : affinity.required().node_selector_terms()) {
      NodeSelectorTerm term;
      ReadRequirements(from.match_expressions(), &term.labels);
      ReadRequirements(from.match_fields(), &term.fields);
      role_.affinity.push_back(std::move(term));
    }
  }

  void ReadRequirements(
      const google::protobuf::RepeatedPtrField<k8s::NodeSelectorRequirement>& from,
      std::vector<NodeRequirement>* to) {
    for (const k8s::NodeSelectorRequirement& requirement : from) {
      NodeRequirement out;
      out.key = requirement.key();
      if (!ReadOperator(requirement.operator_(), &out.op)) {
        Unsupported("spec.affinity.nodeAffinity operator");
      }
      out.values.assign(requirement.values().begin(), requirement.values().end());
      to->push_back(std::move(out));
    }
  }

  void ReadToleration(const k8s::Toleration& from) {
    Toleration out;
    out.key = from.key();
    out.exists = from.operator_() == "Exists";
    out.value = from.value();
    out.any_effect = from.effect().empty();
    const bool known_operator =
        out.exists || from.operator_().empty() || from.operator_() == "Equal";
    if (!known_operator || (!out.any_effect && !ReadTaintEffect(from.effect(), &out.effect))) {
      return;  // tolerates nothing that we know of: never more than was asked
    }
    role_.tolerations.push_back(std::move(out));
  }

  void NoteUnsupported() {
    const k8s::Affinity& affinity = spec_.affinity();
    if (affinity.pod_affinity().required_size() > 0) Unsupported("spec.affinity.podAffinity");
    if (affinity.pod_anti_affinity().required_size() > 0) {
      Unsupported("spec.affinity.podAntiAffinity");
    }
    for (const k8s::TopologySpreadConstraint& constraint : spec_.topology_spread_constraints()) {
      if (constraint.when_unsatisfiable() != "ScheduleAnyway") {
        Unsupported("spec.topologySpreadConstraints");
      }
    }
    NoteHostPorts(spec_.containers(), "spec.containers[].ports[].hostPort");
    NoteHostPorts(spec_.init_containers(), "spec.initContainers[].ports[].hostPort");
    for (const k8s::Volume& volume : spec_.volumes()) {
      if (volume.source().has_persistent_volume_claim()) {
        Unsupported("spec.volumes[].persistentVolumeClaim");
      }
      if (volume.source().has_ephemeral()) Unsupported("spec.volumes[].ephemeral");
    }
    if (spec_.resource_claims_size() > 0) Unsupported("spec.resourceClaims");
  }

  void NoteHostPorts(const google::protobuf::RepeatedPtrField<k8s::Container>& containers,
                     absl::string_view field) {
    for (const k8s::Container& container : containers) {
      for (const k8s::ContainerPort& port : container.ports()) {
        if (port.host_port() > 0) Unsupported(field);
      }
    }
  }

  const k8s::PodSpec& spec_;
  RoleSpec& role_;
};

}  // namespace

bool ReadTaintEffect(absl::string_view text, TaintEffect* effect) {
  if (text == "NoSchedule")
    *effect = TaintEffect::kNoSchedule;
  else if (text == "PreferNoSchedule")
    *effect = TaintEffect::kPreferNoSchedule;
  else if (text == "NoExecute")
    *effect = TaintEffect::kNoExecute;
  else
    return false;
  return true;
}

void ReadRole(const k8s::PodSpec& spec, RoleSpec* role) { Reader(spec, role).Read(); }

}  // namespace muster::codec
