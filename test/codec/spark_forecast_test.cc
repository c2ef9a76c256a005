// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/spark_forecast.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/pod_codec.h"

namespace muster::codec {
namespace {

constexpr char kOurs[] = "spark.kubernetes.scheduler.name=muster\n";

Forecast Read(const std::string& properties,
              std::optional<absl::string_view> pod_template = std::nullopt) {
  SparkSource source;
  source.scheduler_name = "muster";
  source.conf_map = "team-a/spark-drv-1-conf-map";
  source.properties = properties;
  source.template_map = "team-a/tpl: podspec.yaml";
  source.pod_template = pod_template;
  return ForecastExecutors(source);
}

Forecast ReadOurs(const std::string& properties,
                  std::optional<absl::string_view> pod_template = std::nullopt) {
  const Forecast forecast = Read(kOurs + properties, pod_template);
  INFO(forecast.config_error);
  CHECK(forecast.config_error.empty());
  return forecast;
}

std::string MemoryOf(const std::string& properties) {
  return AmountToString("memory", ReadOurs(properties).executor.requests.Get("memory"));
}

TEST_CASE("executor memory is Spark's own number") {
  struct Case {
    const char* properties;
    const char* memory;
  };
  const Case cases[] = {
      // As measured on real Spark 3.5.8 and 4.3.0.
      {"", "1408Mi"},
      {"spark.executor.memory=2g", "2432Mi"},
      {"spark.kubernetes.resource.type=python\nspark.kubernetes.memoryOverheadFactor=0.4",
       "1433Mi"},
      {"spark.executor.memory=512m", "896Mi"},
      {"spark.executor.memory=8g\nspark.kubernetes.resource.type=python\n"
       "spark.kubernetes.memoryOverheadFactor=0.4\nspark.executor.pyspark.memory=512m\n"
       "spark.memory.offHeap.enabled=true\nspark.memory.offHeap.size=1g",
       "13004Mi"},
      // By the formula.
      {"spark.kubernetes.resource.type=python", "1433Mi"},
      {"spark.kubernetes.resource.type=R", "1433Mi"},
      {"spark.executor.pyspark.memory=512m", "1408Mi"},
      {"spark.memory.offHeap.size=1g", "1408Mi"},
      {"spark.memory.offHeap.enabled=true\nspark.memory.offHeap.size=1048576", "1409Mi"},
      {"spark.executor.memory=8g\nspark.executor.memoryOverhead=1g", "9Gi"},
      {"spark.executor.memoryOverhead=100", "1124Mi"},
      {"spark.executor.memory=8g\nspark.executor.memoryOverheadFactor=0.2\n"
       "spark.kubernetes.memoryOverheadFactor=0.4",
       "9830Mi"},
      {"spark.executor.minMemoryOverhead=512m", "1536Mi"},
      {"spark.executor.memory=100\nspark.executor.minMemoryOverhead=0\n"
       "spark.executor.memoryOverheadFactor=0.29",
       "128Mi"},  // 0.29 * 100 is 28.999... in a double
      {"spark.executor.memory=2097152k", "2432Mi"},
      {"spark.executor.memory= 2GB ", "2432Mi"},
      {"spark.driver.memory=2g\nspark.executor.memory=${spark.driver.memory}", "2432Mi"},
  };
  for (const Case& c : cases) {
    INFO(c.properties);
    CHECK(MemoryOf(c.properties) == c.memory);
  }
}

TEST_CASE("executor cpu and custom resources") {
  CHECK(ReadOurs("").executor.requests.Get("cpu") == 1000);
  CHECK(ReadOurs("spark.executor.cores=4").executor.requests.Get("cpu") == 4000);
  CHECK(ReadOurs("spark.executor.cores=4\nspark.kubernetes.executor.request.cores=3500m")
            .executor.requests.Get("cpu") == 3500);
  const Forecast gpu = ReadOurs(
      "spark.executor.resource.gpu.amount=2\nspark.executor.resource.gpu.vendor=nvidia.com\n"
      "spark.executor.resource.gpu.discoveryScript=/x.sh");
  CHECK(gpu.executor.requests.Get("nvidia.com/gpu") == 2);
}

TEST_CASE("the number of executors at start and afterwards") {
  const std::string dynamic = "spark.dynamicAllocation.enabled=true\n";
  struct Case {
    std::string properties;
    int32_t start;
    int32_t floor;
  };
  const Case cases[] = {
      {"", 2, 2},
      {"spark.executor.instances=5", 5, 5},
      {"spark.executor.instances=0", 0, 0},
      {dynamic, 1, 0},  // room for one, though Spark asks for none yet
      {dynamic + "spark.dynamicAllocation.minExecutors=1\nspark.dynamicAllocation.maxExecutors=4",
       1, 1},
      {dynamic + "spark.dynamicAllocation.minExecutors=2\n"
                 "spark.dynamicAllocation.initialExecutors=6",
       6, 2},
      {dynamic + "spark.dynamicAllocation.initialExecutors=3\nspark.executor.instances=7", 7, 0},
      {"spark.executor.instances=8\nspark.kubernetes.allocation.maxPendingPods=3", 3, 3},
      {"spark.executor.instances=8\nspark.kubernetes.allocation.maxPendingPodsPerRp=4", 4, 4},
      {"spark.dynamicAllocation.enabled=FALSE\nspark.dynamicAllocation.minExecutors=9", 2, 2},
  };
  for (const Case& c : cases) {
    INFO(c.properties);
    const Forecast forecast = ReadOurs(c.properties);
    CHECK(forecast.start == c.start);
    CHECK(forecast.floor == c.floor);
  }
}

TEST_CASE("executors that are not ours to place are not held for") {
  const char* const cases[] = {
      "",
      "spark.kubernetes.driver.scheduler.name=muster",
      "spark.kubernetes.scheduler.name=muster\nspark.kubernetes.executor.scheduler.name=volcano",
      "spark.kubernetes.scheduler.name=muster\nspark.kubernetes.driver.master=local[2]",
      "spark.kubernetes.scheduler.name=muster\nspark.master=local",
  };
  for (const char* properties : cases) {
    INFO(properties);
    CHECK(Read(properties) == Forecast());
  }
  CHECK(Read("spark.kubernetes.executor.scheduler.name=muster").start == 2);
  CHECK(Read("", "spec: {schedulerName: muster}").start == 2);
  CHECK(Read("spark.kubernetes.scheduler.name=other", "spec: {schedulerName: muster}") ==
        Forecast());
  CHECK(Read(kOurs, "spec: {nodeName: n1}") == Forecast());
}

TEST_CASE("the conf's selectors join the template's, the executor's own last") {
  const Forecast forecast = ReadOurs(
      "spark.kubernetes.node.selector.pool=any\nspark.kubernetes.node.selector.disk=ssd\n"
      "spark.kubernetes.executor.node.selector.pool=spark\n",
      "spec: {nodeSelector: {disk: hdd, zone: a}}");
  CHECK(forecast.executor.node_selector ==
        Labels{{"disk", "ssd"}, {"pool", "spark"}, {"zone", "a"}});
}

constexpr char kTemplate[] = R"(
apiVersion: v1
kind: Pod
metadata: {labels: {team: a}}
spec:
  schedulerName: other
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions:
          - {key: arch, operator: In, values: [arm64, "amd64"]}
          - {key: gen, operator: Gt, values: [5]}
  tolerations:
  - {key: spark, operator: Equal, value: exec, effect: NoSchedule}
  - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 10}
  initContainers:
  - name: big-setup
    resources: {requests: {cpu: 10, memory: 1Mi}}
  - name: mesh
    restartPolicy: Always
    resources: {limits: {memory: 100Mi}, requests: {cpu: 100m}}
  containers:
  - name: log-shipper
    resources: {requests: {memory: 64Mi, cpu: 0.05}}
  - name: spark
    image: whatever
    resources:
      requests: {memory: 99Gi, cpu: 99}
      limits: {ephemeral-storage: 10Gi}
)";

TEST_CASE("the template's pod is the executor's") {
  const Forecast forecast =
      ReadOurs("spark.kubernetes.executor.podTemplateContainerName=spark\n", kTemplate);
  const RoleSpec& role = forecast.executor;
  // Together 1408 + 64 + 100 Mi; cpu of the first init container alone is more than of all others.
  CHECK(role.requests == ResourceList{{"cpu", 10000},
                                      {"memory", int64_t{1572} << 20},
                                      {"ephemeral-storage", int64_t{10} << 30}});
  REQUIRE(role.affinity.size() == 1);
  REQUIRE(role.affinity[0].labels.size() == 2);
  CHECK(role.affinity[0].labels[0].values == std::vector<std::string>{"arm64", "amd64"});
  CHECK(role.affinity[0].labels[1].op == SelectorOp::kGt);
  REQUIRE(role.tolerations.size() == 3);
  CHECK(role.tolerations[0].value == "exec");
  CHECK(role.tolerations[2].key == "node.kubernetes.io/unreachable");
  CHECK(role.unsupported.empty());
}

// As the API server sends an executor of Spark 4.3.0: defaults and admission applied.
std::string RealExecutor() {
  k8s::Pod pod;
  pod.mutable_metadata()->set_name("pi-exec-1");
  k8s::PodSpec* spec = pod.mutable_spec();
  spec->set_scheduler_name("muster");
  spec->set_restart_policy("Never");
  (*spec->mutable_node_selector())["pool"] = "spark";
  spec->add_volumes()->mutable_source()->mutable_config_map();
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    k8s::Toleration* toleration = spec->add_tolerations();
    toleration->set_key(key);
    toleration->set_operator_("Exists");
    toleration->set_effect("NoExecute");
    toleration->set_toleration_seconds(300);
  }
  k8s::Container* container = spec->add_containers();
  container->set_name("spark-kubernetes-executor");
  container->add_ports()->set_container_port(7079);
  k8s::ResourceRequirements* resources = container->mutable_resources();
  (*resources->mutable_requests())["cpu"].set_string("1");
  (*resources->mutable_requests())["memory"].set_string("1408Mi");
  (*resources->mutable_limits())["memory"].set_string("1408Mi");
  return pod.SerializeAsString();
}

TEST_CASE("the forecast equals the real executor, so that both are one role") {
  Pod real;
  std::string version;
  REQUIRE(PodDecoder().Decode(RealExecutor(), &real, &version).ok());
  const Forecast forecast = ReadOurs("spark.kubernetes.node.selector.pool=spark\n");
  CHECK(CanonicalKey(forecast.executor) == CanonicalKey(real.role));
  CHECK(forecast.executor == real.role);
}

TEST_CASE("without a name the template's first container is Spark's") {
  const Forecast forecast = ReadOurs("", kTemplate);
  // Spark overwrites the shipper; "spark" is a sidecar of 99 cpu.
  CHECK(forecast.executor.requests.Get("cpu") == 100100);
}

TEST_CASE("what Muster does not decide on yet is named in the forecast") {
  CHECK(ReadOurs("spark.kubernetes.executor.volumes.persistentVolumeClaim.data.mount.path=/d\n")
            .executor.unsupported ==
        std::vector<std::string>{"spec.volumes[].persistentVolumeClaim"});
  CHECK(ReadOurs("", "spec: {hostNetwork: true}").executor.unsupported ==
        std::vector<std::string>{"spec.containers[].ports[].hostPort"});
  CHECK(ReadOurs("", R"(
spec:
  affinity:
    podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: x}]}
  topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule}]
  resourceClaims: [{name: gpu}]
)")
            .executor.unsupported == std::vector<std::string>{"spec.affinity.podAntiAffinity",
                                                              "spec.resourceClaims",
                                                              "spec.topologySpreadConstraints"});
}

TEST_CASE("a malformed conf is told with ConfigMap, key, value and expectation") {
  struct Case {
    const char* properties;
    const char* error;
  };
  const Case cases[] = {
      {"spark.executor.memory=12x",
       "spark.executor.memory: \"12x\"; expected a size in whole units such as 512m or 8g"},
      {"spark.executor.memory=1.5g",
       "spark.executor.memory: \"1.5g\"; expected a size in whole units such as 512m or 8g"},
      {"spark.executor.memory=-1g",
       "spark.executor.memory: \"-1g\"; expected a size in whole units such as 512m or 8g"},
      {"spark.executor.memory=",
       "spark.executor.memory: \"\"; expected a size in whole units such as 512m or 8g"},
      {"spark.executor.memory=9999999999p",
       "spark.executor.memory: \"9999999999p\"; expected a size in whole units such as 512m or 8g"},
      {"spark.executor.memory=8191p\nspark.executor.memoryOverhead=8191p",
       "spark.executor.memory: \"8191p\"; expected a size that fits a machine"},
      {"spark.executor.instances=two",
       "spark.executor.instances: \"two\"; expected a whole number of at least 0"},
      {"spark.executor.instances=-3",
       "spark.executor.instances: \"-3\"; expected a whole number of at least 0"},
      {"spark.executor.instances=99999999999",
       "spark.executor.instances: \"99999999999\"; expected a whole number of at least 0"},
      {"spark.executor.cores=0",
       "spark.executor.cores: \"0\"; expected a whole number of at least 1"},
      {"spark.kubernetes.executor.request.cores=1e400",
       "spark.kubernetes.executor.request.cores: \"1e400\" is out of range; expected a quantity of "
       "at most 9223372036854775807"},
      {"spark.dynamicAllocation.enabled=yes",
       "spark.dynamicAllocation.enabled: \"yes\"; expected true or false"},
      {"spark.dynamicAllocation.enabled=true\nspark.dynamicAllocation.minExecutors=5\n"
       "spark.dynamicAllocation.maxExecutors=4",
       "spark.dynamicAllocation.maxExecutors: \"4\"; expected at least the 5 at start"},
      {"spark.executor.memoryOverheadFactor=nan",
       "spark.executor.memoryOverheadFactor: \"nan\"; expected a factor such as 0.1"},
      {"spark.kubernetes.memoryOverheadFactor=-0.1",
       "spark.kubernetes.memoryOverheadFactor: \"-0.1\"; expected a factor such as 0.1"},
      {"spark.executor.resource.gpu.vendor=nvidia.com",
       "spark.executor.resource.gpu.amount: \"\"; expected a whole number"},
      {"spark.executor.resource.gpu.amount=1",
       "spark.executor.resource.gpu.vendor: \"\"; expected a domain such as nvidia.com"},
      {"a=\\u12", "spark.properties: line 2: expected four hex digits after \\u"},
      {"spark.executor.memory=${spark.executor.memory}",
       "spark.executor.memory: \"${spark.executor.memory}\"; expected a size in whole units such "
       "as 512m or 8g"},
  };
  for (const Case& c : cases) {
    const Forecast forecast = Read(absl::StrCat(kOurs, c.properties));
    CHECK(forecast.config_error ==
          absl::StrCat("ConfigMap team-a/spark-drv-1-conf-map: ", c.error));
    CHECK(forecast.start == 0);
  }
}

TEST_CASE("a malformed template is told with its place") {
  CHECK(Read(kOurs, "spec:\n  nodeSelector: [a]\n").config_error ==
        "ConfigMap team-a/tpl: podspec.yaml:2:17: spec.nodeSelector: expected a mapping, got a "
        "list");
  CHECK(Read(kOurs, "spec: {containers: [{resources: {requests: {cpu: abc}}}]}").config_error ==
        "ConfigMap team-a/tpl: podspec.yaml:1:50: spec.containers[0].resources.requests.cpu: "
        "\"abc\" is not a quantity; expected a Kubernetes quantity such as \"500m\", \"2\", "
        "\"16Gi\" or \"1e3\"");
  CHECK(Read(kOurs, "a: [").config_error.find("ConfigMap team-a/tpl: podspec.yaml:2:1: ") == 0);
}

TEST_CASE("references that go round or grow without end stop") {
  std::string properties = kOurs;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&properties, "k", i, "=${k", i + 1, "}${k", i + 1, "}\n");
  }
  absl::StrAppend(&properties, "spark.executor.memory=${k0}\n");
  CHECK(Read(properties).config_error.find("spark.executor.memory: ") != std::string::npos);
}

}  // namespace
}  // namespace muster::codec
