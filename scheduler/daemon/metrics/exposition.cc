// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/exposition.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

void AppendEscaped(absl::string_view text, bool quotes, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '\n': out->append("\\n"); break;
      case '\\': out->append("\\\\"); break;
      case '"': out->append(quotes ? "\\\"" : "\""); break;
      default: out->push_back(c);
    }
  }
}

// Whole numbers as such: the shortest form of 34359738368 would be 3.4359738368e+10.
void AppendValue(double value, std::string* out) {
  constexpr double kExact = 9e15;
  char digits[32];
  std::to_chars_result end = {digits, {}};
  if (std::isnan(value)) {
    out->append("NaN");
  } else if (std::isinf(value)) {
    out->append(value > 0 ? "+Inf" : "-Inf");
  } else if (std::fabs(value) < kExact &&
             value == static_cast<double>(static_cast<int64_t>(value))) {
    end = std::to_chars(digits, digits + sizeof(digits), static_cast<int64_t>(value));
  } else {
    end = std::to_chars(digits, digits + sizeof(digits), value);
  }
  out->append(digits, static_cast<size_t>(end.ptr - digits));
}

std::string LabelsOf(const prometheus::ClientMetric& metric) {
  std::string text;
  for (const auto& label : metric.label) {
    absl::StrAppend(&text, text.empty() ? "" : ",", LabelText(label.name, label.value));
  }
  return text;
}

absl::string_view TypeOf(const prometheus::MetricFamily& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter: return "counter";
    case prometheus::MetricType::Histogram: return "histogram";
    default: return "gauge";
  }
}

}  // namespace

std::string LabelText(absl::string_view name, absl::string_view value) {
  std::string text = absl::StrCat(name, "=\"");
  AppendEscaped(value, /*quotes=*/true, &text);
  text.push_back('"');
  return text;
}

void Exposition::Family(absl::string_view name, absl::string_view help, absl::string_view type) {
  name_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ");
  AppendEscaped(help, /*quotes=*/false, &text_);
  absl::StrAppend(&text_, "\n# TYPE ", name, " ", type, "\n");
}

void Exposition::Line(absl::string_view suffix, absl::string_view labels, absl::string_view more,
                      double value) {
  text_.append(name_);
  text_.append(suffix.data(), suffix.size());
  if (!labels.empty() || !more.empty()) {
    text_.push_back('{');
    text_.append(labels.data(), labels.size());
    if (!labels.empty() && !more.empty()) text_.push_back(',');
    text_.append(more.data(), more.size());
    text_.push_back('}');
  }
  text_.push_back(' ');
  AppendValue(value, &text_);
  text_.push_back('\n');
}

void Exposition::Sample(absl::string_view labels, double value, absl::string_view more) {
  Line("", labels, more, value);
}

const std::string& Exposition::BoundText(size_t bucket, double bound) {
  if (bounds_.size() <= bucket) bounds_.resize(bucket + 1);
  auto& [value, text] = bounds_[bucket];
  if (text.empty() || value != bound) {
    value = bound;
    text = "le=\"";
    AppendValue(bound, &text);
    text.push_back('"');
  }
  return text;
}

void Exposition::Histogram(absl::string_view labels,
                           const prometheus::ClientMetric::Histogram& histogram) {
  for (size_t i = 0; i < histogram.bucket.size(); ++i) {
    const auto& bucket = histogram.bucket[i];
    Line("_bucket", labels, BoundText(i, bucket.upper_bound),
         static_cast<double>(bucket.cumulative_count));
  }
  Line("_sum", labels, "", histogram.sample_sum);
  Line("_count", labels, "", static_cast<double>(histogram.sample_count));
}

void Exposition::Add(const prometheus::MetricFamily& family) {
  Family(family.name, family.help, TypeOf(family));
  for (const prometheus::ClientMetric& metric : family.metric) {
    const std::string labels = LabelsOf(metric);
    switch (family.type) {
      case prometheus::MetricType::Counter: Sample(labels, metric.counter.value); break;
      case prometheus::MetricType::Histogram: Histogram(labels, metric.histogram); break;
      default: Sample(labels, metric.gauge.value);
    }
  }
}

}  // namespace muster::daemon
