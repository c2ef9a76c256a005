// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/spark_conf.h"

#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

// Bytes of a size suffix; 0 where it is none of Spark's.
int64_t SuffixBytes(absl::string_view suffix, int64_t bare_unit) {
  if (suffix.empty()) return bare_unit;
  if (suffix == "b") return 1;
  if (suffix.size() == 2 && suffix[1] == 'b') suffix.remove_suffix(1);
  const size_t power = absl::string_view("kmgtp").find(suffix);
  if (suffix.size() != 1 || power == absl::string_view::npos) return 0;
  return int64_t{1} << (10 * (power + 1));
}

// "512m" -> MiB, or nothing.
std::optional<int64_t> ParseMebibytes(absl::string_view text, int64_t bare_unit) {
  const std::string lower = absl::AsciiStrToLower(text);
  size_t digits = 0;
  while (digits < lower.size() && absl::ascii_isdigit(static_cast<unsigned char>(lower[digits]))) {
    ++digits;
  }
  int64_t number = 0;
  const absl::string_view view = lower;
  if (!absl::SimpleAtoi(view.substr(0, digits), &number)) return std::nullopt;
  const int64_t unit = SuffixBytes(view.substr(digits), bare_unit);
  if (unit == 0) return std::nullopt;
  if (unit < kMebibyte) return number / (kMebibyte / unit);
  // Requests are in bytes: what does not fit int64 there is no size.
  if (number > std::numeric_limits<int64_t>::max() / unit) return std::nullopt;
  return number * (unit / kMebibyte);
}

// References may lead to references, in circles, or to ever more of them: after so many the rest
// stays as it is written.
constexpr int kReferences = 64;

void Resolve(const Properties& conf, absl::string_view text, int* left, std::string* out) {
  while (*left > 0) {
    const size_t open = text.find("${");
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    --*left;
    absl::StrAppend(out, text.substr(0, open));
    const auto at = conf.find(std::string(text.substr(open + 2, close - open - 2)));
    if (at == conf.end()) {
      absl::StrAppend(out, text.substr(open, close + 1 - open));
    } else {
      Resolve(conf, at->second, left, out);
    }
    text.remove_prefix(close + 1);
  }
  absl::StrAppend(out, text);
}

}  // namespace

std::optional<std::string> SparkConf::Text(absl::string_view key) const {
  const auto at = conf_.find(std::string(key));
  if (at == conf_.end()) return std::nullopt;
  std::string resolved;
  int left = kReferences;
  Resolve(conf_, at->second, &left, &resolved);
  return std::string(absl::StripAsciiWhitespace(resolved));
}

std::optional<int32_t> SparkConf::Integer(absl::string_view key, int32_t min) {
  const std::optional<std::string> text = Text(key);
  if (!text.has_value()) return std::nullopt;
  int32_t value = 0;
  if (absl::SimpleAtoi(*text, &value) && value >= min) return value;
  Expected(key, absl::StrCat("a whole number of at least ", min));
  return std::nullopt;
}

std::optional<bool> SparkConf::Boolean(absl::string_view key) {
  const std::optional<std::string> text = Text(key);
  if (!text.has_value()) return std::nullopt;
  if (absl::EqualsIgnoreCase(*text, "true")) return true;
  if (absl::EqualsIgnoreCase(*text, "false")) return false;
  Expected(key, "true or false");
  return std::nullopt;
}

std::optional<double> SparkConf::Factor(absl::string_view key) {
  const std::optional<std::string> text = Text(key);
  if (!text.has_value()) return std::nullopt;
  double value = 0;
  if (absl::SimpleAtod(*text, &value) && std::isfinite(value) && value >= 0) return value;
  Expected(key, "a factor such as 0.1");
  return std::nullopt;
}

std::optional<int64_t> SparkConf::Mebibytes(absl::string_view key, int64_t bare_unit) {
  const std::optional<std::string> text = Text(key);
  if (!text.has_value()) return std::nullopt;
  const std::optional<int64_t> size = ParseMebibytes(*text, bare_unit);
  if (!size.has_value()) Expected(key, "a size in whole units such as 512m or 8g");
  return size;
}

std::vector<std::pair<absl::string_view, absl::string_view>> SparkConf::WithPrefix(
    absl::string_view prefix) const {
  std::vector<std::pair<absl::string_view, absl::string_view>> found;
  for (auto at = conf_.lower_bound(std::string(prefix));
       at != conf_.end() && absl::StartsWith(at->first, prefix); ++at) {
    found.emplace_back(absl::string_view(at->first).substr(prefix.size()), at->second);
  }
  return found;
}

void SparkConf::Refuse(absl::string_view key, absl::string_view message) {
  if (error_.empty()) error_ = absl::StrCat(Clipped(key, 128), ": ", message);
}

void SparkConf::Expected(absl::string_view key, absl::string_view what) {
  Refuse(key, absl::StrCat(Quoted(Text(key).value_or("")), "; expected ", what));
}

}  // namespace muster::codec
