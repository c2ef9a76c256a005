// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, written straight into one string: with 10,000 queues a scrape has some
// 400,000 lines, for which the library's stream and its label maps take too long. What is measured
// is the library's types all the same.
// Source: Prometheus docs, instrumenting/exposition_formats.md, version 0.0.4.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/metric_family.h"

namespace muster::daemon {

// `queue="etl"`, escaped: what stands between the braces.
std::string LabelText(absl::string_view name, absl::string_view value);

class Exposition {
 public:
  // `bytes`: how long the text will be, as far as one knows: growing costs more than writing.
  explicit Exposition(size_t bytes = 0) { text_.reserve(bytes); }

  // The HELP and TYPE lines; samples of one family follow each other. `type`: counter, gauge or
  // histogram.
  void Family(absl::string_view name, absl::string_view help, absl::string_view type);
  // Of the family begun last. `labels`, `more`: label texts; either may be empty.
  void Sample(absl::string_view labels, double value, absl::string_view more = "");
  void Histogram(absl::string_view labels, const prometheus::ClientMetric::Histogram& histogram);
  // A whole family as the library collects it.
  void Add(const prometheus::MetricFamily& family);

  std::string Take() { return std::move(text_); }

 private:
  void Line(absl::string_view suffix, absl::string_view labels, absl::string_view more,
            double value);

  // `le="0.5"` of the last histogram's bucket with that number: the next one has mostly the same.
  const std::string& BoundText(size_t bucket, double bound);

  std::string text_;
  std::string name_;
  std::vector<std::pair<double, std::string>> bounds_;
};

}  // namespace muster::daemon
