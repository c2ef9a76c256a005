// SPDX-License-Identifier: Apache-2.0
// Every text format against thousands of broken inputs, under the sanitizers: seeded, so that a
// failure comes back. Whatever comes in, the answer is a valid value or a short, printable message.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/memory_codec.h"
#include "scheduler/codec/properties.h"
#include "scheduler/codec/quantity.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/spark_forecast.h"
#include "scheduler/codec/yaml.h"

namespace muster::codec {
namespace {

using Texts = std::vector<std::string>;

class Mutator {
 public:
  Mutator(uint32_t seed, Texts words) : random_(seed), words_(std::move(words)) {}

  size_t Below(size_t limit) { return random_() % limit; }

  std::string Mutate(std::string text) {
    const size_t edits = 1 + Below(4);
    for (size_t i = 0; i < edits; ++i) {
      const size_t at = Below(text.size() + 1);
      switch (Below(6)) {
        case 0: text.insert(at, 1, static_cast<char>(Below(256))); break;
        case 1:
          if (at < text.size()) text[at] = static_cast<char>(Below(256));
          break;
        case 2: text.erase(at, Below(8)); break;
        case 3: text.insert(at, text.substr(Below(text.size() + 1), Below(40))); break;
        default: text.insert(at, words_[Below(words_.size())]);
      }
    }
    return text;
  }

 private:
  std::mt19937 random_;
  const Texts words_;
};

// Lines of printable text; what came from the input is cut.
void CheckMessage(absl::string_view message, size_t longest) {
  bool printable = !message.empty() && message.size() <= longest;
  for (char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    printable = printable && (byte >= 0x20 || c == '\n') && byte != 0x7F;
  }
  if (!printable) FAIL("bad message: " << message);
}

TEST_CASE("mutated quantities are read within range or refused") {
  Mutator mutator(1,
                  {"e", "E", "Ei", "m", "n", ".", "-", "+", "0", "9999999999", "1e400", "000000"});
  const Texts seeds = {"500m", "16Gi", "1e3", "0.1", "9223372036854775807", "128974848000m", "7Ei"};
  const absl::int128 limit = absl::int128(INT64_MAX) * 1000000000;
  size_t good = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = mutator.Mutate(seeds[mutator.Below(seeds.size())]);
    for (absl::string_view resource : {"cpu", "memory", "nvidia.com/gpu"}) {
      const absl::StatusOr<Quantity> amount = ParseAmount(resource, text);
      if (!amount.ok()) {
        CheckMessage(amount.status().message(), 400);
        continue;
      }
      ++good;
      if (*amount < Quantity() || amount->nanos() > limit || ToAmount(resource, *amount) < 0) {
        FAIL("out of range: " << text);
      }
    }
  }
  CHECK(good > 1000);
}

TEST_CASE("random quantities equal a slow, obvious calculation") {
  const std::vector<std::pair<std::string, absl::int128>> units = {
      {"n", 1},
      {"u", 1000},
      {"m", 1000000},
      {"", 1000000000},
      {"k", 1000000000000},
      {"Ki", absl::int128(1024) * 1000000000},
      {"Gi", (absl::int128(1) << 30) * 1000000000},
      {"Pi", (absl::int128(1) << 50) * 1000000000},
      {"e-3", 1000000},
      {"E2", 100000000000}};
  Mutator random(2, {""});
  for (int i = 0; i < 20000; ++i) {
    const size_t whole = random.Below(8000);  // times 2^50: within range
    const size_t places = random.Below(6);
    std::string fraction;
    absl::int128 digits = whole;
    absl::int128 divisor = 1;
    for (size_t p = 0; p < places; ++p) {
      const size_t digit = random.Below(10);
      fraction += static_cast<char>('0' + digit);
      digits = digits * 10 + digit;
      divisor *= 10;
    }
    const auto& [suffix, unit] = units[random.Below(units.size())];
    const std::string text = absl::StrCat(whole, places > 0 ? "." : "", fraction, suffix);
    const absl::int128 nanos = (digits * unit + divisor - 1) / divisor;
    const absl::StatusOr<Quantity> quantity = ParseQuantity(text);
    if (!quantity.ok() || quantity->nanos() != nanos) FAIL("wrong: " << text);
  }
}

size_t Depth(const YamlNode& node) {
  size_t deepest = 0;
  for (const YamlNode& item : node.items) deepest = std::max(deepest, Depth(item));
  for (const YamlEntry& entry : node.entries) deepest = std::max(deepest, Depth(entry.value));
  return deepest + 1;
}

const char kConfig[] =
    "queues:\n- name: etl\n  weight: 3\n  guaranteed: {cpu: 40, memory: 160Gi}\n"
    "  max: {cpu: 120}\n  order: fifo\n  namespaces: [team-etl, \"etl-*\"]\n- name: analytics\n"
    "  guaranteed: {cpu: 4}\n  queues:\n  - {name: adhoc, guaranteed: {cpu: 1}, order: fair}\n"
    "  - name: reports\n    namespaces: ['r?']\n";
const Texts kYamlWords = {"\n",
                          "- ",
                          ": ",
                          "  ",
                          "{",
                          "}",
                          "[",
                          "]",
                          "\"",
                          "'",
                          "|\n",
                          "&a ",
                          "*a",
                          "!!x ",
                          "? ",
                          "---\n",
                          "#",
                          "\t",
                          "~",
                          "name: etl",
                          "queues:",
                          "\xef\xbb\xbf",
                          "weight: 0",
                          "cpu: 1e400",
                          "max: {cpu: 1}",
                          "namespaces: [\"*\"]"};

TEST_CASE("mutated YAML becomes a tree of bounded depth or an error with its place") {
  Mutator mutator(3, kYamlWords);
  size_t good = 0;
  for (int i = 0; i < 6000; ++i) {
    const absl::StatusOr<YamlNode> node = ParseYaml("f", mutator.Mutate(kConfig));
    if (!node.ok()) {
      CheckMessage(node.status().message(), 400);
      if (node.status().message().substr(0, 2) != "f:") FAIL(node.status().message());
      continue;
    }
    ++good;
    if (Depth(*node) > kYamlDepth) FAIL("too deep");
  }
  CHECK(good > 100);
}

void CheckQueue(const QueueSpec& spec) {
  ResourceList children;
  for (const QueueSpec& child : spec.queues) {
    children.Add(child.guaranteed);
    CheckQueue(child);
  }
  bool holds = spec.weight >= 1 && spec.weight <= 1000000 && !spec.name.empty();
  for (const auto& [resource, amount] : children.entries()) {
    holds = holds && amount <= spec.guaranteed.Get(resource);
  }
  for (const auto& [resource, amount] : spec.guaranteed.entries()) {
    holds = holds && (!spec.max.Has(resource) || amount <= spec.max.Get(resource));
  }
  if (!holds) FAIL("an invalid queue was accepted: " << spec.name);
}

TEST_CASE("a mutated queue config is valid or refused") {
  Mutator mutator(4, kYamlWords);
  size_t good = 0;
  for (int i = 0; i < 6000; ++i) {
    const absl::StatusOr<QueueConfig> config = ParseQueueConfig("f", mutator.Mutate(kConfig));
    if (!config.ok()) {
      CheckMessage(config.status().message(), 20000);
      continue;
    }
    ++good;
    for (const QueueSpec& spec : config->queues) CheckQueue(spec);
  }
  CHECK(good > 50);
}

std::string Escape(absl::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n' || c == '\r' || c == '\t' || c == '\f') {
      absl::StrAppend(&out, "\\", c == '\n' ? "n" : c == '\r' ? "r" : c == '\t' ? "t" : "f");
    } else {
      if (absl::string_view(" :=#!\\").find(c) != absl::string_view::npos) out.push_back('\\');
      out.push_back(c);
    }
  }
  return out;
}

const char kConf[] =
    "#comment\n#Mon\nspark.kubernetes.scheduler.name=muster\nspark.executor.memory=8g\n"
    "spark.master=k8s\\://https\\://127.0.0.1\\:7443\nspark.executor.instances=4\n"
    "spark.dynamicAllocation.enabled=true\nspark.dynamicAllocation.minExecutors=1\n"
    "spark.kubernetes.memoryOverheadFactor=0.1\nspark.executor.resource.gpu.amount=1\n"
    "spark.executor.resource.gpu.vendor=nvidia.com\nspark.kubernetes.node.selector.pool=a\n";
const Texts kConfWords = {"\\",   "\\u12",      "\\uD83D", "\\\n",
                          "\r\n", "=",          ":",       " ",
                          "#",    "9999999999", "-1",      "${spark.executor.memory}",
                          "${",   "nan",        "1e400",   "p"};

TEST_CASE("mutated properties are read, written and read again to the same") {
  Mutator mutator(5, kConfWords);
  size_t good = 0;
  for (int i = 0; i < 6000; ++i) {
    const absl::StatusOr<Properties> properties = ParseProperties(mutator.Mutate(kConf));
    if (!properties.ok()) {
      CheckMessage(properties.status().message(), 100);
      continue;
    }
    ++good;
    std::string text;
    for (const auto& [key, value] : *properties) {
      absl::StrAppend(&text, Escape(key), "=", Escape(value), "\n");
    }
    const absl::StatusOr<Properties> again = ParseProperties(text);
    if (!again.ok() || *again != *properties) FAIL("not the same: " << text);
  }
  CHECK(good > 1000);
}

TEST_CASE("a mutated memory is read, written and read again to the same, or refused") {
  Mutator mutator(8, {"\"", "[", "]", "{", "}", ",", ":", "-1", "1e400", "99999999999999999999",
                      "null", "\\u0000", "\"v2\"", "\xff", "infinite-future"});
  const std::string seed_text =
      "{\"version\":\"v1\",\"claims\":[{\"opener\":\"u\",\"until\":\"2023-11-14T22:13:20+00:00\","
      "\"rooms\":[[0,\"n\",1]]}],\"runTimes\":[{\"queue\":\"q\",\"app\":\"a\",\"seconds\":[1,20]}],"
      "\"pastUse\":[{\"queue\":\"q\",\"user\":\"\",\"at\":\"1970-01-01T00:00:07+00:00\","
      "\"average\":{\"cpu\":4}}],\"evictions\":[]}";
  size_t good = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = mutator.Mutate(seed_text);
    const absl::StatusOr<Memory> memory = DecodeMemory(text);
    if (!memory.ok()) {
      CheckMessage(memory.status().message(), 400);
      continue;
    }
    ++good;
    const absl::StatusOr<Memory> again = DecodeMemory(EncodeMemory(*memory));
    if (!again.ok() || !(*again == *memory)) FAIL("not the same: " << text);
  }
  CHECK(good > 50);
}

TEST_CASE("a mutated conf or template gives a sound forecast or one message") {
  Mutator confs(6, kConfWords);
  Mutator templates(7, kYamlWords);
  const std::string pod_template =
      "spec:\n  nodeSelector: {a: b}\n  tolerations: [{key: x, operator: Exists}]\n"
      "  initContainers: [{name: i, restartPolicy: Always, resources: {requests: {cpu: 1}}}]\n"
      "  containers:\n  - name: c\n    resources: {limits: {memory: 1Gi, nvidia.com/gpu: 1}}\n";
  size_t good = 0;
  for (int i = 0; i < 3000; ++i) {
    SparkSource source;
    source.scheduler_name = "muster";
    source.conf_map = "a/b";
    source.template_map = "a/t";
    const std::string conf = i % 2 == 0 ? confs.Mutate(kConf) : kConf;
    const std::string text = i % 3 == 0 ? templates.Mutate(pod_template) : pod_template;
    source.properties = conf;
    source.pod_template = text;
    const Forecast forecast = ForecastExecutors(source);
    if (!forecast.config_error.empty()) {
      CheckMessage(forecast.config_error, 600);
      if (forecast.config_error.find("ConfigMap a/") != 0) FAIL(forecast.config_error);
      continue;
    }
    ++good;
    bool sound = forecast.floor >= 0 && forecast.start >= forecast.floor;
    for (const auto& [resource, amount] : forecast.executor.requests.entries()) {
      sound = sound && amount > 0;
    }
    if (!sound) FAIL("unsound: " << conf << text);
  }
  CHECK(good > 300);
}

}  // namespace
}  // namespace muster::codec
