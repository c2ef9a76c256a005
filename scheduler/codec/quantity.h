// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Kubernetes quantities ("500m", "16Gi", "1e3"), exactly: integers only, never floating point.
//
// A Quantity counts nano-units (1e-9 of a core, a byte, a piece), which is as fine as the API keeps
// them. Requests of a pod are summed as Quantities and rounded once, away from zero, as
// kube-scheduler does; sums saturate, so no input can wrap them.
//
// What is refused, always with InvalidArgument and one message that quotes the text and says what
// was expected: text outside the grammar (`g`, `K`, `mi`, an empty string, blanks), and a magnitude
// above 2^63-1 whole units (`50E`, `1e400`, `8Ei`), which the API stores and Go silently wraps.
// Source: k8s.io/apimachinery pkg/api/resource.
namespace muster::codec {

class Quantity {
 public:
  Quantity() = default;
  static Quantity FromNanos(absl::int128 nanos);
  static Quantity FromWhole(int64_t units);

  absl::int128 nanos() const { return nanos_; }

  // Rounded away from zero; saturating at the ends of int64.
  int64_t Milli() const;
  int64_t Whole() const;

  // Saturating at about 1.7e38 nano-units: 1.8e10 times the largest Quantity that parses.
  Quantity operator+(Quantity other) const;
  Quantity& operator+=(Quantity other) { return *this = *this + other; }

  friend bool operator==(Quantity a, Quantity b) { return a.nanos_ == b.nanos_; }
  friend bool operator!=(Quantity a, Quantity b) { return a.nanos_ != b.nanos_; }
  friend bool operator<(Quantity a, Quantity b) { return a.nanos_ < b.nanos_; }
  friend bool operator>(Quantity a, Quantity b) { return a.nanos_ > b.nanos_; }
  friend bool operator<=(Quantity a, Quantity b) { return a.nanos_ <= b.nanos_; }
  friend bool operator>=(Quantity a, Quantity b) { return a.nanos_ >= b.nanos_; }

 private:
  absl::int128 nanos_ = 0;
};

// Whatever the API can hold within range, negative values included.
absl::StatusOr<Quantity> ParseQuantity(absl::string_view text);

// An amount of cpu: not negative, and its milli-cores fit int64.
absl::StatusOr<Quantity> ParseCpu(absl::string_view text);

// An amount of memory or storage: not negative. Legal fractions ("128974848000m", as autoscalers
// write them) are taken and round up. A value below 1Mi with the suffix m, u or n is refused:
// "512m" is half a byte, where 512M or 512Mi was meant.
absl::StatusOr<Quantity> ParseBytes(absl::string_view text);

// A number of pieces (an extended resource, pods): not negative and whole.
absl::StatusOr<Quantity> ParseCount(absl::string_view text);

// One of the three, by what `resource` counts.
absl::StatusOr<Quantity> ParseAmount(absl::string_view resource, absl::string_view text);
// In the unit that ResourceList keeps: milli for cpu, whole units for everything else.
int64_t ToAmount(absl::string_view resource, Quantity quantity);

}  // namespace muster::codec
