// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/spark_forecast.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/pod_requests.h"
#include "scheduler/codec/pod_template.h"
#include "scheduler/codec/quantity.h"
#include "scheduler/codec/role_codec.h"
#include "scheduler/codec/spark_conf.h"

namespace muster::codec {
namespace {

constexpr int32_t kDefaultInstances = 2;
constexpr int64_t kDefaultMemoryMib = 1024;
constexpr int64_t kDefaultMinOverheadMib = 384;
constexpr int32_t kBlockManagerPort = 7079;
constexpr double kJvmFactor = 0.1;
constexpr double kOtherFactor = 0.4;
constexpr int64_t kMaxMib = std::numeric_limits<int64_t>::max() / kMebibyte;

constexpr absl::string_view kInstances = "spark.executor.instances";
constexpr absl::string_view kMaxExecutors = "spark.dynamicAllocation.maxExecutors";
constexpr absl::string_view kMemory = "spark.executor.memory";
constexpr absl::string_view kPvcPrefix = "spark.kubernetes.executor.volumes.persistentVolumeClaim.";
constexpr absl::string_view kResourcePrefix = "spark.executor.resource.";

struct Counts {
  int32_t start = 0;
  int32_t floor = 0;
};

bool RunsLocally(const SparkConf& conf) {
  for (absl::string_view key : {"spark.kubernetes.driver.master", "spark.master"}) {
    if (const auto master = conf.Text(key)) return absl::StartsWith(*master, "local");
  }
  return false;
}

Counts DynamicCounts(SparkConf* conf) {
  const int32_t min = conf->Integer("spark.dynamicAllocation.minExecutors", 0).value_or(0);
  const int32_t initial =
      conf->Integer("spark.dynamicAllocation.initialExecutors", 0).value_or(min);
  const int32_t instances = conf->Integer(kInstances, 0).value_or(0);
  // Spark's default is to start with none, but a driver that never gets one never ends: drivers
  // alone could fill the cluster.
  const int32_t start = std::max({min, initial, instances, 1});
  const int32_t max = conf->Integer(kMaxExecutors, 1).value_or(std::numeric_limits<int32_t>::max());
  // Spark itself refuses to start then.
  if (start > max) conf->Expected(kMaxExecutors, absl::StrCat("at least the ", start, " at start"));
  return {start, min};
}

// Spark asks for no more pods while that many wait: a gang that needs more would never be complete.
int32_t PendingCap(SparkConf* conf) {
  constexpr int32_t kNone = std::numeric_limits<int32_t>::max();
  return std::min(
      conf->Integer("spark.kubernetes.allocation.maxPendingPods", 1).value_or(kNone),
      conf->Integer("spark.kubernetes.allocation.maxPendingPodsPerRp", 1).value_or(kNone));
}

Counts ReadCounts(SparkConf* conf) {
  Counts counts;
  if (conf->Boolean("spark.dynamicAllocation.enabled").value_or(false)) {
    counts = DynamicCounts(conf);
  } else {
    counts.start = conf->Integer(kInstances, 0).value_or(kDefaultInstances);
    counts.floor = counts.start;
  }
  const int32_t cap = PendingCap(conf);
  return {std::min(counts.start, cap), std::min(counts.floor, cap)};
}

// The product is a double in Spark, too; only so does truncation give Spark's own number.
int64_t OverheadMib(SparkConf* conf, int64_t memory_mib, bool jvm) {
  const auto common = conf->Factor("spark.kubernetes.memoryOverheadFactor");
  const auto own = conf->Factor("spark.executor.memoryOverheadFactor");
  const double factor = own.value_or(common.value_or(jvm ? kJvmFactor : kOtherFactor));
  const int64_t least = conf->Mebibytes("spark.executor.minMemoryOverhead", kMebibyte)
                            .value_or(kDefaultMinOverheadMib);
  const auto stated = conf->Mebibytes("spark.executor.memoryOverhead", kMebibyte);
  if (stated.has_value()) return *stated;
  constexpr double kMost = std::numeric_limits<int32_t>::max();  // Scala's toInt saturates
  const double product = std::min(factor * static_cast<double>(memory_mib), kMost);
  return std::max(static_cast<int64_t>(product), least);
}

int64_t MemoryMib(SparkConf* conf) {
  const std::string type = conf->Text("spark.kubernetes.resource.type").value_or("java");
  const int64_t memory = conf->Mebibytes(kMemory, kMebibyte).value_or(kDefaultMemoryMib);
  const int64_t overhead = OverheadMib(conf, memory, type == "java");
  int64_t off_heap = 0;
  if (conf->Boolean("spark.memory.offHeap.enabled").value_or(false)) {
    off_heap = conf->Mebibytes("spark.memory.offHeap.size", 1).value_or(0);
  }
  const auto pyspark = conf->Mebibytes("spark.executor.pyspark.memory", kMebibyte);
  const int64_t python = type == "python" ? pyspark.value_or(0) : 0;
  int64_t sum = memory;
  for (int64_t part : {overhead, off_heap, python}) sum = SaturatingAdd(sum, part);
  if (sum > kMaxMib) conf->Expected(kMemory, "a size that fits a machine");
  return std::min(sum, kMaxMib);
}

std::string Cores(SparkConf* conf) {
  constexpr absl::string_view kRequest = "spark.kubernetes.executor.request.cores";
  const int32_t cores = conf->Integer("spark.executor.cores", 1).value_or(1);
  const auto request = conf->Text(kRequest);
  if (!request.has_value()) return absl::StrCat(cores);
  const absl::StatusOr<Quantity> quantity = ParseCpu(*request);
  if (!quantity.ok()) conf->Refuse(kRequest, quantity.status().message());
  return *request;
}

void Set(google::protobuf::Map<std::string, k8s::Quantity>* map, const std::string& name,
         std::string amount) {
  (*map)[name].set_string(std::move(amount));
}

// spark.executor.resource.gpu.{amount,vendor} -> a limit on <vendor>/gpu.
void AddCustomResources(SparkConf* conf, k8s::ResourceRequirements* resources) {
  std::set<std::string> names;
  for (const auto& [rest, value] : conf->WithPrefix(kResourcePrefix)) {
    names.emplace(rest.substr(0, rest.find('.')));
  }
  for (const std::string& name : names) {
    const std::string prefix = absl::StrCat(kResourcePrefix, name, ".");
    const std::string amount_key = absl::StrCat(prefix, "amount");
    const std::string vendor_key = absl::StrCat(prefix, "vendor");
    const auto amount = conf->Integer(amount_key, 0);
    const std::string vendor = conf->Text(vendor_key).value_or("");
    if (!conf->Text(amount_key).has_value()) conf->Expected(amount_key, "a whole number");
    if (vendor.empty()) conf->Expected(vendor_key, "a domain such as nvidia.com");
    Set(resources->mutable_limits(), absl::StrCat(vendor, "/", name),
        absl::StrCat(amount.value_or(0)));
  }
}

// Spark's container of the template: the one that the conf names, else the first.
k8s::Container* SparkContainer(const SparkConf& conf, k8s::PodSpec* spec) {
  const auto name = conf.Text("spark.kubernetes.executor.podTemplateContainerName");
  for (k8s::Container& container : *spec->mutable_containers()) {
    if (name.has_value() && container.name() == *name) return &container;
  }
  return spec->containers_size() > 0 ? spec->mutable_containers(0) : spec->add_containers();
}

void BuildContainer(SparkConf* conf, k8s::PodSpec* spec) {
  k8s::Container* container = SparkContainer(*conf, spec);
  if (container->name().empty()) container->set_name("spark-kubernetes-executor");
  k8s::ResourceRequirements* resources = container->mutable_resources();
  const std::string memory = absl::StrCat(MemoryMib(conf), "Mi");
  Set(resources->mutable_requests(), "memory", memory);
  Set(resources->mutable_limits(), "memory", memory);
  Set(resources->mutable_requests(), "cpu", Cores(conf));
  AddCustomResources(conf, resources);
  // The block manager's port: a host port where the template asks for the host's network.
  const int32_t port = conf->Integer("spark.blockManager.port", 0).value_or(kBlockManagerPort);
  if (port > 0) container->add_ports()->set_container_port(port);
}

void BuildPod(SparkConf* conf, k8s::Pod* pod) {
  k8s::PodSpec* spec = pod->mutable_spec();
  BuildContainer(conf, spec);
  for (absl::string_view prefix :
       {"spark.kubernetes.node.selector.", "spark.kubernetes.executor.node.selector."}) {
    for (const auto& [label, value] : conf->WithPrefix(prefix)) {
      const auto text = conf->Text(absl::StrCat(prefix, label));
      (*spec->mutable_node_selector())[std::string(label)] = text.value_or("");
    }
  }
  for (absl::string_view key :
       {"spark.kubernetes.scheduler.name", "spark.kubernetes.executor.scheduler.name"}) {
    if (const auto name = conf->Text(key)) spec->set_scheduler_name(*name);
  }
  if (!conf->WithPrefix(kPvcPrefix).empty()) {
    spec->add_volumes()->mutable_source()->mutable_persistent_volume_claim();
  }
  ApplyApiDefaults(pod);
}

// The first line: a reason is one message.
std::string FirstLine(absl::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

Forecast Broken(std::string message) {
  Forecast forecast;
  forecast.config_error = std::move(message);
  return forecast;
}

}  // namespace

Forecast ForecastExecutors(const SparkSource& source) {
  const absl::StatusOr<Properties> conf = ParseProperties(source.properties);
  if (conf.ok()) return ForecastExecutors(source, *conf);
  return Broken(
      absl::StrCat("ConfigMap ", source.conf_map, ": spark.properties: ", conf.status().message()));
}

Forecast ForecastExecutors(const SparkSource& source, const Properties& properties) {
  SparkConf conf(properties);
  if (RunsLocally(conf)) return Forecast();
  k8s::Pod pod;
  if (source.pod_template.has_value()) {
    const std::string file = absl::StrCat("ConfigMap ", source.template_map);
    if (absl::Status status = ReadPodTemplate(file, *source.pod_template, &pod); !status.ok()) {
      return Broken(FirstLine(status.message()));
    }
  }
  const Counts counts = ReadCounts(&conf);
  BuildPod(&conf, &pod);
  const PodRequests requests = EffectiveRequests(pod);
  if (!conf.error().empty()) {
    return Broken(absl::StrCat("ConfigMap ", source.conf_map, ": ", conf.error()));
  }
  if (!requests.error.empty()) {
    return Broken(absl::StrCat("ConfigMap ", source.conf_map, ": ", requests.error));
  }
  const bool ours = pod.spec().scheduler_name() == source.scheduler_name;
  if (!ours || !pod.spec().node_name().empty()) return Forecast();
  Forecast forecast;
  forecast.start = counts.start;
  forecast.floor = counts.floor;
  forecast.executor.requests = requests.amounts;
  ReadRole(pod.spec(), &forecast.executor);
  return forecast;
}

}  // namespace muster::codec
