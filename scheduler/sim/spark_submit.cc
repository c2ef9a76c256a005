// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/spark_submit.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/spark_forecast.h"

namespace muster::sim {
namespace {

// As Properties.store() escapes a key or a value.
std::string Escaped(absl::string_view text, bool is_key) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    const bool blank = c == ' ' && (is_key || i == 0);
    if (blank || c == ':' || c == '=' || c == '#' || c == '!' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string ValueOf(const codec::SparkWork& spark, absl::string_view key) {
  const auto at = spark.conf.find(key);
  return at == spark.conf.end() ? "" : at->second;
}

}  // namespace

std::string RenderProperties(const codec::Job& job, const std::string& app_id) {
  std::map<std::string, std::string> conf = {
      {"spark.app.id", app_id},
      {"spark.app.name", job.name},
      {"spark.master", "k8s://https://127.0.0.1:7443"},
      {"spark.submit.deployMode", "cluster"},
      {"spark.kubernetes.namespace", job.ns},
      {"spark.kubernetes.scheduler.name", job.scheduler_name},
      {"spark.kubernetes.memoryOverheadFactor", "0.1"},
  };
  for (const auto& [key, value] : job.spark.conf) conf[key] = value;
  std::string text = "#Java properties built from Kubernetes config map\n#simulated\n";
  for (const auto& [key, value] : conf) {
    absl::StrAppend(&text, Escaped(key, true), "=", Escaped(value, false), "\n");
  }
  return text;
}

Labels DriverNodeSelector(const codec::SparkWork& spark) {
  std::map<std::string, std::string> sorted;
  for (absl::string_view prefix :
       {"spark.kubernetes.node.selector.", "spark.kubernetes.driver.node.selector."}) {
    for (const auto& [key, value] : spark.conf) {
      absl::string_view label = key;
      if (absl::ConsumePrefix(&label, prefix)) sorted[std::string(label)] = value;
    }
  }
  return Labels(sorted.begin(), sorted.end());
}

absl::Duration TimeOf(const codec::SparkWork& spark, absl::string_view key, absl::Duration absent) {
  std::string text = ValueOf(spark, key);
  int64_t seconds = 0;
  if (absl::SimpleAtoi(text, &seconds)) return absl::Seconds(seconds);
  if (absl::EndsWith(text, "min")) text.resize(text.size() - 2);
  absl::Duration duration;
  return absl::ParseDuration(text, &duration) ? duration : absent;
}

Forecast ForecastOf(const codec::Job& job) {
  const std::string text = RenderProperties(job, job.name);
  codec::SparkSource source;
  source.scheduler_name = job.scheduler_name;
  source.conf_map = "the scenario's conf";
  source.properties = text;
  source.template_map = "the scenario's podTemplate";
  if (!job.spark.pod_template.empty()) source.pod_template = job.spark.pod_template;
  return codec::ForecastExecutors(source);
}

ForecastReading ReadForecast(const ApiServer& api, const loop::ReadForecast& action) {
  ForecastReading reading;
  const std::string conf_name = absl::StrCat(action.driver.ns, "/", action.conf_map);
  const auto* conf = api.FindConfigMap(conf_name);
  if (conf == nullptr) {
    reading.missing = absl::StrCat("ConfigMap ", conf_name);
    return reading;
  }
  const std::string template_name = absl::StrCat(action.driver.ns, "/", action.template_map);
  const auto* templates = action.template_map.empty() ? nullptr : api.FindConfigMap(template_name);
  if (!action.template_map.empty() && templates == nullptr) {
    reading.missing = absl::StrCat("ConfigMap ", template_name);
    return reading;
  }
  codec::SparkSource source;
  source.scheduler_name = action.scheduler_name;
  source.conf_map = conf_name;
  source.properties = conf->at(std::string(kPropertiesKey));
  source.template_map = template_name;
  if (templates != nullptr) source.pod_template = templates->at(action.template_key);
  reading.forecast = codec::ForecastExecutors(source);
  return reading;
}

}  // namespace muster::sim
