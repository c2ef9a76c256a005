// SPDX-License-Identifier: Apache-2.0
// Typed reading of a Spark conf by Spark's own rules (org.apache.spark.internal.config,
// network.util JavaUtils): numbers and booleans are trimmed, sizes carry b, k, m, g, t or p,
// `${other.key}` stands for that key's value. An absent key gives nothing (the caller knows Spark's
// default); a malformed value is noted, names key, value and expectation, and is never taken for an
// absent one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/codec/properties.h"

namespace muster::codec {

class SparkConf {
 public:
  // `conf` outlives this.
  explicit SparkConf(const Properties& conf) : conf_(conf) {}

  // Trimmed, references resolved.
  std::optional<std::string> Text(absl::string_view key) const;
  std::optional<int32_t> Integer(absl::string_view key, int32_t min);
  std::optional<bool> Boolean(absl::string_view key);
  // 0 or more.
  std::optional<double> Factor(absl::string_view key);
  // A size in whole MiB, rounded down; a bare number counts units of `bare_unit` bytes.
  std::optional<int64_t> Mebibytes(absl::string_view key, int64_t bare_unit);

  // Every key that starts with `prefix`, without it, and its raw value, in the order of keys.
  std::vector<std::pair<absl::string_view, absl::string_view>> WithPrefix(
      absl::string_view prefix) const;

  // Notes that `key` is wrong; the first note stands.
  void Refuse(absl::string_view key, absl::string_view message);
  void Expected(absl::string_view key, absl::string_view what);
  // "KEY: what is wrong"; empty where nothing is.
  const std::string& error() const { return error_; }

 private:
  const Properties& conf_;
  std::string error_;
};

inline constexpr int64_t kMebibyte = int64_t{1} << 20;

}  // namespace muster::codec
