// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/exposition.h"

#include <catch2/catch.hpp>
#include <limits>

#include "prometheus/histogram.h"

namespace muster::daemon {
namespace {

TEST_CASE("families, samples and labels are written as the text format wants them") {
  Exposition out;
  out.Family("a_total", "One \\ two\nthree \"four\".", "counter");
  out.Sample("", 1);
  out.Sample(LabelText("queue", "x\"y\\z\n"), 0.25, LabelText("resource", "cpu"));
  out.Sample("", 34359738368.0, LabelText("resource", "memory"));
  out.Sample(LabelText("q", ""), std::numeric_limits<double>::infinity());
  out.Sample("", -3);
  out.Sample("", 1e300);
  CHECK(out.Take() ==
        "# HELP a_total One \\\\ two\\nthree \"four\".\n# TYPE a_total counter\n"
        "a_total 1\n"
        "a_total{queue=\"x\\\"y\\\\z\\n\",resource=\"cpu\"} 0.25\n"
        "a_total{resource=\"memory\"} 34359738368\n"
        "a_total{q=\"\"} +Inf\n"
        "a_total -3\n"
        "a_total 1e+300\n");
}

TEST_CASE("a histogram is written with its buckets, sum and count") {
  prometheus::Histogram histogram({0.5, 2});
  histogram.Observe(1);
  histogram.Observe(7);
  Exposition out;
  out.Family("h", "H.", "histogram");
  out.Histogram(LabelText("queue", "etl"), histogram.Collect().histogram);
  CHECK(out.Take() ==
        "# HELP h H.\n# TYPE h histogram\n"
        "h_bucket{queue=\"etl\",le=\"0.5\"} 0\n"
        "h_bucket{queue=\"etl\",le=\"2\"} 1\n"
        "h_bucket{queue=\"etl\",le=\"+Inf\"} 2\n"
        "h_sum{queue=\"etl\"} 8\n"
        "h_count{queue=\"etl\"} 2\n");
}

}  // namespace
}  // namespace muster::daemon
