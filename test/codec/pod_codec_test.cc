// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_codec.h"

#include <catch2/catch.hpp>
#include <limits>

#include "k8s/pod.pb.h"
#include "scheduler/codec/stamp.h"

namespace muster::codec {
namespace {

constexpr int64_t kMi = int64_t{1} << 20;

k8s::Container* AddContainer(k8s::Pod* pod, const std::string& name, const std::string& cpu,
                             const std::string& memory = "") {
  k8s::Container* container = pod->mutable_spec()->add_containers();
  container->set_name(name);
  auto& requests = *container->mutable_resources()->mutable_requests();
  if (!cpu.empty()) requests["cpu"].set_string(cpu);
  if (!memory.empty()) requests["memory"].set_string(memory);
  return container;
}

void AddInit(k8s::Pod* pod, const std::string& name, const std::string& cpu, bool sidecar) {
  k8s::Container* container = pod->mutable_spec()->add_init_containers();
  container->set_name(name);
  (*container->mutable_resources()->mutable_requests())["cpu"].set_string(cpu);
  if (sidecar) container->set_restart_policy("Always");
}

bool DecodeBytes(const std::string& raw, Pod* pod) {
  std::string version;
  return PodDecoder().Decode(raw, pod, &version).ok();
}

Pod Decode(const k8s::Pod& from) {
  Pod pod;
  REQUIRE(DecodeBytes(from.SerializeAsString(), &pod));
  return pod;
}

int64_t Cpu(const k8s::Pod& pod) { return Decode(pod).role.requests.Get(kCpu); }

TEST_CASE("a pod is read field by field") {
  k8s::Pod from;
  k8s::ObjectMeta& meta = *from.mutable_metadata();
  meta.set_uid("u");
  meta.set_namespace_("team");
  meta.set_name("pi-driver");
  meta.set_resource_version("77");
  meta.set_generation(3);
  meta.mutable_creation_timestamp()->set_seconds(1700000000);
  (*meta.mutable_labels())["muster.dev/queue"] = "etl";
  (*meta.mutable_labels())["muster.dev/user"] = "jane.doe";
  (*meta.mutable_labels())["spark-role"] = "driver";
  (*meta.mutable_labels())["spark-app-selector"] = "spark-1";
  k8s::PodSpec& spec = *from.mutable_spec();
  spec.set_scheduler_name("muster");
  spec.set_service_account_name("spark");
  spec.set_priority(1000);
  spec.add_scheduling_gates()->set_name("hold");
  k8s::Volume* conf = spec.add_volumes();
  conf->set_name("spark-conf-volume-driver");
  conf->mutable_source()->mutable_config_map()->mutable_reference()->set_name("conf-map");
  k8s::Volume* pod_template = spec.add_volumes();
  pod_template->set_name("pod-template-volume");
  pod_template->mutable_source()->mutable_config_map()->mutable_reference()->set_name("tpl-map");
  k8s::PodCondition* condition = from.mutable_status()->add_conditions();
  condition->set_type("PodScheduled");
  condition->set_status("False");
  condition->set_reason("QueueQuota");
  condition->set_message("full");
  AddContainer(&from, "c", "1500m", "1408Mi");

  Pod pod;
  std::string version;
  REQUIRE(PodDecoder().Decode(from.SerializeAsString(), &pod, &version).ok());
  CHECK(version == "77");
  CHECK(pod.uid == "u");
  CHECK(pod.ns == "team");
  CHECK(pod.name == "pi-driver");
  CHECK(pod.scheduler_name == "muster");
  CHECK(pod.service_account == "spark");
  CHECK(pod.phase == PodPhase::kPending);
  CHECK(pod.gated);
  CHECK_FALSE(pod.deleting);
  CHECK(pod.priority == 1000);
  CHECK(pod.generation == 3);
  CHECK(pod.created == absl::FromUnixSeconds(1700000000));
  CHECK(pod.queue == "etl");
  CHECK(pod.user == "jane.doe");
  CHECK(pod.spark_role == SparkRole::kDriver);
  CHECK(pod.spark_app == "spark-1");
  CHECK(pod.conf_map == "conf-map");
  CHECK(pod.template_map == "tpl-map");
  CHECK(pod.template_key == "podspec-configmap-key");
  CHECK(pod.condition_reason == "QueueQuota");
  CHECK(pod.condition_message == "full");
  CHECK(pod.role.requests == ResourceList{{"cpu", 1500}, {"memory", 1408 * kMi}});
  CHECK(pod.config_error.empty());
}

TEST_CASE("requests: containers and sidecars run together, init containers one by one") {
  k8s::Pod pod;
  AddContainer(&pod, "a", "1");
  AddContainer(&pod, "b", "500m");
  CHECK(Cpu(pod) == 1500);
  AddInit(&pod, "first", "1", false);
  CHECK(Cpu(pod) == 1500);
  AddInit(&pod, "proxy", "2", true);
  CHECK(Cpu(pod) == 3500);  // containers + sidecar
  AddInit(&pod, "early", "1", false);
  CHECK(Cpu(pod) == 3500);
  AddInit(&pod, "heavy", "4", false);
  CHECK(Cpu(pod) == 6000);  // beside the sidecar that started before it
  AddInit(&pod, "late-proxy", "3", true);
  CHECK(Cpu(pod) == 6500);
}

TEST_CASE("requests: overhead comes on top, pod-level requests replace, sums round up once") {
  k8s::Pod pod;
  AddContainer(&pod, "a", "100500u", "100m");
  AddContainer(&pod, "b", "100500u", "100m");
  CHECK(Decode(pod).role.requests == ResourceList{{"cpu", 201}, {"memory", 1}});
  (*pod.mutable_spec()->mutable_overhead())["cpu"].set_string("50m");
  CHECK(Cpu(pod) == 251);
  auto& level = *pod.mutable_spec()->mutable_resources()->mutable_requests();
  level["cpu"].set_string("2");
  level["nvidia.com/gpu"].set_string("9");  // not a pod-level resource
  CHECK(Decode(pod).role.requests == ResourceList{{"cpu", 2050}, {"memory", 1}});
}

TEST_CASE("requests: a resize under way counts as the largest of what is asked and in force") {
  k8s::Pod pod;
  AddContainer(&pod, "a", "1");
  k8s::ContainerStatus* status = pod.mutable_status()->add_container_statuses();
  status->set_name("a");
  (*status->mutable_allocated_resources())["cpu"].set_string("2");
  (*status->mutable_resources()->mutable_requests())["cpu"].set_string("3");
  CHECK(Cpu(pod) == 1000);  // not bound: only the spec
  pod.mutable_spec()->set_node_name("n");
  CHECK(Cpu(pod) == 3000);
  (*pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests())["cpu"]
      .set_string("8");
  CHECK(Cpu(pod) == 8000);
  k8s::PodCondition* infeasible = pod.mutable_status()->add_conditions();
  infeasible->set_type("PodResizePending");
  infeasible->set_reason("Infeasible");
  CHECK(Cpu(pod) == 3000);
}

TEST_CASE("quantities that cannot be meant are told on the pod, and never count as nothing") {
  struct Case {
    const char* resource;
    const char* text;
    int64_t counted;
  };
  const Case cases[] = {{"memory", "512m", 1},
                        {"cpu", "1e400", std::numeric_limits<int64_t>::max()},
                        {"memory", "50E", std::numeric_limits<int64_t>::max()},
                        {"nvidia.com/gpu", "1.5", 2},
                        {"cpu", "abc", std::numeric_limits<int64_t>::max()},
                        {"cpu", "-1", 0}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    k8s::Pod from;
    k8s::Container* container = AddContainer(&from, "main", "");
    (*container->mutable_resources()->mutable_requests())[c.resource].set_string(c.text);
    const Pod pod = Decode(from);
    CHECK(pod.config_error.find(std::string("spec.containers[main].resources.requests.") +
                                c.resource) == 0);
    CHECK(pod.config_error.find("expected") != std::string::npos);
    CHECK(pod.role.requests.Get(c.resource) == c.counted);
  }
}

TEST_CASE("gang-min is a whole number, else the pod says so") {
  k8s::Pod from;
  (*from.mutable_metadata()->mutable_labels())["muster.dev/gang"] = "g";
  auto& annotations = *from.mutable_metadata()->mutable_annotations();
  CHECK(Decode(from).gang_min == 0);
  annotations["muster.dev/gang-min"] = "12";
  CHECK(Decode(from).gang_min == 12);
  CHECK(Decode(from).gang == "g");
  for (const char* bad : {"", "0", "-3", "1.5", "x", "99999999999999999999", "1000001"}) {
    CAPTURE(bad);
    annotations["muster.dev/gang-min"] = bad;
    const Pod pod = Decode(from);
    CHECK(pod.gang_min == 0);
    CHECK(pod.config_error.find("annotation muster.dev/gang-min: \"") == 0);
    CHECK(pod.config_error.find("expected a whole number from 1 to 1000000") != std::string::npos);
  }
}

TEST_CASE("the estimate is a duration, else the pod says so") {
  k8s::Pod from;
  auto& annotations = *from.mutable_metadata()->mutable_annotations();
  CHECK(Decode(from).runtime == absl::ZeroDuration());
  annotations["muster.dev/runtime"] = "1h30m";
  CHECK(Decode(from).runtime == absl::Minutes(90));
  CHECK(Decode(from).config_error.empty());
  for (const char* bad : {"", "0s", "-5m", "90", "x", "inf", "1h 30m", "99999999999999999999h"}) {
    CAPTURE(bad);
    annotations["muster.dev/runtime"] = bad;
    const Pod pod = Decode(from);
    CHECK(pod.runtime == absl::ZeroDuration());
    CHECK(pod.config_error.find("annotation muster.dev/runtime: \"") == 0);
    CHECK(pod.config_error.find("expected a duration such as 90s or 1h30m") != std::string::npos);
  }
  annotations["muster.dev/gang-min"] = "x";
  CHECK(Decode(from).config_error.find("annotation muster.dev/gang-min") == 0);
}

TEST_CASE("earlier runs are known by Spark's name of the app, else by the recommended label") {
  k8s::Pod from;
  auto& labels = *from.mutable_metadata()->mutable_labels();
  CHECK(Decode(from).app.empty());
  labels["app.kubernetes.io/name"] = "etl";
  CHECK(Decode(from).app == "etl");
  labels["spark-app-name"] = "nightly";
  CHECK(Decode(from).app == "nightly");
}

TEST_CASE("what an eviction needs to know is read: the grace, and whether others may be evicted") {
  k8s::Pod from;
  CHECK(Decode(from).grace == absl::Seconds(30));
  CHECK(Decode(from).preempts);
  from.mutable_spec()->set_termination_grace_period_seconds(0);
  from.mutable_spec()->set_preemption_policy("Never");
  CHECK(Decode(from).grace == absl::ZeroDuration());
  CHECK_FALSE(Decode(from).preempts);
  from.mutable_spec()->set_termination_grace_period_seconds(600);
  from.mutable_spec()->set_preemption_policy("PreemptLowerPriority");
  CHECK(Decode(from).grace == absl::Minutes(10));
  CHECK(Decode(from).preempts);
}

TEST_CASE("what filters read becomes the role; what is not decided on is named") {
  k8s::Pod from;
  k8s::PodSpec& spec = *from.mutable_spec();
  (*spec.mutable_node_selector())["b"] = "2";
  (*spec.mutable_node_selector())["a"] = "1";
  k8s::NodeSelectorTerm* term = spec.mutable_affinity()
                                    ->mutable_node_affinity()
                                    ->mutable_required()
                                    ->add_node_selector_terms();
  k8s::NodeSelectorRequirement* requirement = term->add_match_expressions();
  requirement->set_key("zone");
  requirement->set_operator_("NotIn");
  requirement->add_values("z1");
  term->add_match_fields()->set_operator_("In");
  k8s::Toleration* toleration = spec.add_tolerations();
  toleration->set_key("spot");
  toleration->set_operator_("Exists");
  toleration->set_effect("NoSchedule");
  spec.add_tolerations()->set_operator_("Later");  // of a release to come: tolerates nothing
  Pod pod = Decode(from);
  CHECK(pod.role.node_selector == Labels{{"a", "1"}, {"b", "2"}});
  REQUIRE(pod.role.affinity.size() == 1);
  CHECK(pod.role.has_affinity);
  CHECK(pod.role.affinity[0].labels[0] == NodeRequirement{"zone", SelectorOp::kNotIn, {"z1"}});
  CHECK(pod.role.affinity[0].fields.size() == 1);
  CHECK(pod.role.tolerations ==
        std::vector<Toleration>{{"spot", true, "", false, TaintEffect::kNoSchedule}});
  CHECK(pod.role.unsupported.empty());

  spec.mutable_affinity()->mutable_pod_affinity()->add_preferred();  // a wish
  spec.add_topology_spread_constraints()->set_when_unsatisfiable("ScheduleAnyway");
  CHECK(Decode(from).role.unsupported.empty());
  spec.mutable_affinity()->mutable_pod_affinity()->add_required();
  spec.mutable_affinity()->mutable_pod_anti_affinity()->add_required();
  spec.add_topology_spread_constraints()->set_when_unsatisfiable("DoNotSchedule");
  AddContainer(&from, "c", "1")->add_ports()->set_host_port(80);
  for (int i = 0; i < 2; ++i) {
    spec.add_volumes()->mutable_source()->mutable_persistent_volume_claim()->set_claim_name("x");
  }
  spec.add_volumes()->mutable_source()->mutable_ephemeral();
  spec.add_resource_claims()->set_name("gpu");
  CHECK(Decode(from).role.unsupported ==
        std::vector<std::string>{"spec.affinity.podAffinity", "spec.affinity.podAntiAffinity",
                                 "spec.containers[].ports[].hostPort", "spec.resourceClaims",
                                 "spec.topologySpreadConstraints", "spec.volumes[].ephemeral",
                                 "spec.volumes[].persistentVolumeClaim"});
}

TEST_CASE("the stamp that a Binding carried is read from bound pods only, whole or not at all") {
  const Stamp stamp{"etl", "pi", 3, "ann", 2, "n1=1,n2=1", absl::FromUnixMicros(1700000000123456)};
  k8s::Pod from;
  auto& annotations = *from.mutable_metadata()->mutable_annotations();
  for (const auto& [key, value] : EncodeStamp(stamp)) annotations[key] = value;
  CHECK_FALSE(Decode(from).stamp.has_value());
  from.mutable_spec()->set_node_name("n1");
  REQUIRE(Decode(from).stamp.has_value());
  CHECK(*Decode(from).stamp == stamp);
  annotations["muster.dev/bound-min"] = "-1";
  CHECK_FALSE(Decode(from).stamp.has_value());
}

TEST_CASE("bytes that are no pod are an error, whatever they are") {
  k8s::Pod pod;
  AddContainer(&pod, "a", "1", "1Gi");
  const std::string whole = pod.SerializeAsString();
  Pod out;
  CHECK_FALSE(DecodeBytes("\xff\xff\xff", &out));
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    DecodeBytes(whole.substr(0, cut), &out);  // no crash; some prefixes are messages themselves
  }
}

}  // namespace
}  // namespace muster::codec
