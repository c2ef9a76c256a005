// SPDX-License-Identifier: Apache-2.0
// What a pod and its job's conf carry beside what decides is in no trace, no dump and no log.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/match.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/dump.h"
#include "scheduler/codec/pod_codec.h"
#include "scheduler/codec/spark_forecast.h"
#include "scheduler/daemon/decision_log.h"
#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/replay.h"
#include "scheduler/daemon/trace/trace_chunks.h"
#include "scheduler/daemon/trace/trace_format.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/daemon/view/chronicle.h"
#include "test/daemon/cluster.h"
#include "test/daemon/trace/traced_world.h"

namespace muster::daemon {
namespace {

constexpr char kSecret[] = "hunter2-Tr0ub4dor";

// A field that this program does not know of, as the API server would send it.
void AddUnknown(int number, const std::string& text, std::string* fields) {
  const int tag = number << 3 | 2;
  if (tag >= 0x80) fields->push_back(static_cast<char>(tag | 0x80));
  fields->push_back(static_cast<char>(tag >= 0x80 ? tag >> 7 : tag));
  fields->push_back(static_cast<char>(text.size()));
  *fields += text;
}

// A driver as spark-submit makes it, with a secret wherever it could stand.
Pod Driver() {
  k8s::Pod pod;
  k8s::ObjectMeta* meta = pod.mutable_metadata();
  meta->set_name("etl-driver");
  meta->set_namespace_("team");
  meta->set_uid("3d3c2a8e-0000-4000-8000-000000000001");
  meta->mutable_creation_timestamp()->set_seconds(1'700'000'000);
  (*meta->mutable_labels())["spark-role"] = "driver";
  (*meta->mutable_labels())["spark-app-selector"] = "spark-0001";
  (*meta->mutable_labels())["token"] = kSecret;
  (*meta->mutable_annotations())["vault.hashicorp.com/token"] = kSecret;
  (*meta->mutable_annotations())["kubectl.kubernetes.io/last-applied-configuration"] =
      absl::StrCat("{\"password\":\"", kSecret, "\"}");
  k8s::PodSpec* spec = pod.mutable_spec();
  spec->set_scheduler_name("muster");
  spec->set_service_account_name("spark");
  k8s::Container* container = spec->add_containers();
  container->set_name("driver");
  container->add_args(absl::StrCat("--password=", kSecret));
  k8s::EnvVar* variable = container->add_env();
  variable->set_name("AWS_SECRET_ACCESS_KEY");
  variable->set_value(kSecret);
  (*container->mutable_resources()->mutable_requests())["cpu"].set_string("1");
  AddUnknown(2, absl::StrCat("registry/", kSecret), container->mutable_unknown_fields());
  AddUnknown(3, absl::StrCat("sh -c ", kSecret), container->mutable_unknown_fields());
  AddUnknown(15, kSecret, spec->mutable_unknown_fields());                 // imagePullSecrets
  AddUnknown(3, kSecret, pod.mutable_status()->mutable_unknown_fields());  // message
  k8s::Volume* volume = spec->add_volumes();
  volume->set_name("spark-conf-volume-driver");
  volume->mutable_source()->mutable_config_map()->mutable_reference()->set_name("etl-conf");

  std::string version;
  Pod decoded;
  REQUIRE(absl::StrContains(pod.SerializeAsString(), kSecret));
  REQUIRE(codec::PodDecoder().Decode(pod.SerializeAsString(), &decoded, &version).ok());
  return decoded;
}

Forecast ExecutorsOf(const Pod& driver) {
  const std::string conf = absl::StrCat(
      "spark.kubernetes.scheduler.name=muster\nspark.executor.instances=2\nspark.executor.cores="
      "1\nspark.executor.memory=1g\n"
      "spark.hadoop.fs.s3a.secret.key=",
      kSecret, "\nspark.executorEnv.PASSWORD=", kSecret,
      "\nspark.kubernetes.executor.annotation.token=", kSecret, "\nspark.ssl.keyPassword=", kSecret,
      "\n");
  const std::string pod_template = absl::StrCat(
      "metadata: {annotations: {token: ", kSecret,
      "}}\n"
      "spec:\n  tolerations: [{key: spot, operator: Exists}]\n  containers:\n  - name: main\n"
      "    image: registry/",
      kSecret, "\n    env: [{name: PASSWORD, value: ", kSecret, "}]\n");
  codec::SparkSource source{"muster", "team/etl-conf", conf, "team/etl-template", pod_template};
  const Forecast forecast = codec::ForecastExecutors(source);
  REQUIRE(forecast.config_error.empty());
  REQUIRE(forecast.start == 2);
  REQUIRE(driver.conf_map == "etl-conf");
  return forecast;
}

// What a file of a trace holds, unpacked; `images` counts the parts of states in it.
std::string Unpacked(const std::string& path, int* images) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string bytes = ReadBytes(fileno(file), FirstLine().size());
  ChunkReader reader(fileno(file));
  while (reader.Next() == ChunkReader::Found::kChunk) {
    if (reader.kind() == ChunkKind::kImage) ++*images;
    bytes.append(reader.bytes().data(), reader.bytes().size());
  }
  std::fclose(file);
  return bytes;
}

// Records, and says each decision in a log.
class Followed : public loop::Observer {
 public:
  Followed(loop::Observer* recorder, Log* log)
      : recorder_(recorder),
        chronicle_(&ring_, [log](const Decided& decided) { LogDecision(decided, log); }) {}
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override {
    recorder_->OnCycle(state, plan, now);
    chronicle_.OnCycle(state, plan, now);
  }

 private:
  loop::Observer* const recorder_;
  DecisionRing ring_;
  Chronicle chronicle_;
};

TEST_CASE("no secret of a pod, of its job's conf or of a template is in a trace, dump or log") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  settings.file_bytes = 1;  // so that states are written, too
  std::string dump;
  const std::string log_file = folder.path() + "/log";
  const int log_end = open(log_file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  Log log(log_end, LogLevel::kDebug);
  {
    auto opened = TraceFolder::Open(settings);
    REQUIRE(opened.ok());
    DirectOutput output(*std::move(opened));
    Recorder recorder(&output, [](const std::string& what) { FAIL(what); });
    Followed followed(&recorder, &log);
    Cluster cluster;
    State& state = cluster.scratch();
    state = State("muster");
    recorder.OnStart(state);
    const auto hear = [&](const Event& event) {
      recorder.OnEvent(event, cluster.now);
      cluster.Tell(event);
    };
    const auto turn = [&] {
      cluster.now += absl::Seconds(2);
      recorder.OnExpire(cluster.now);
      state.Expire(cluster.now);
      cluster.Decide(&followed);
    };
    hear(Synced{});
    Node node;
    node.name = node.uid = "node-a";
    node.allocatable = {{kCpu, 16'000}, {kMemory, 64 * kGi}, {kPods, 110}};
    hear(NodeSeen{node});
    Pod driver = Driver();
    hear(PodSeen{driver});
    turn();
    hear(ForecastSeen{driver.uid, ExecutorsOf(driver)});
    turn();
    hear(BindAccepted{driver.uid});
    driver.node_name = "node-a";
    driver.phase = PodPhase::kRunning;
    hear(PodSeen{driver});
    turn();
    turn();
    dump = codec::DumpText(state, cluster.now);
    recorder.Finish();
    REQUIRE(output.status().ok());
  }
  close(log_end);
  std::string lines = ReadWhole(log_file);
  CHECK(absl::StrContains(lines, "\"gang\":\"team/spark-0001\""));
  std::string trace;
  int images = 0;
  for (const std::string& path : folder.traces()) {
    CHECK_FALSE(absl::StrContains(ReadWhole(path), kSecret));
    trace += Unpacked(path, &images);
  }
  CHECK(images > 0);
  const ReplayReport replayed = Replay(folder.path(), Cycle);
  CHECK(replayed.status.ok());
  CHECK(replayed.difference.empty());
  // What decides is there, so that the search would find something.
  for (const std::string* text : {&trace, &dump}) CHECK(absl::StrContains(*text, "spot"));
  for (const std::string* text : {&trace, &dump, &lines}) {
    CHECK(absl::StrContains(*text, "spark-0001"));
    CHECK_FALSE(absl::StrContains(*text, kSecret));
    CHECK_FALSE(absl::StrContains(*text, "AWS_SECRET"));
    CHECK_FALSE(absl::StrContains(*text, "vault"));
  }
}

}  // namespace
}  // namespace muster::daemon
