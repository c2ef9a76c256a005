// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/quantity.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/model/resource_list.h"

namespace muster::codec {
namespace {

constexpr int64_t kNanosPerMilli = 1000000;
constexpr int64_t kNanosPerUnit = 1000000000;
constexpr int64_t kMaxWhole = std::numeric_limits<int64_t>::max();
constexpr int kMaxWholeDigits = 19;
constexpr int kNanoDigits = 9;
constexpr int64_t kExponentCap = 1000000;  // far beyond any value in range, far below overflow

constexpr char kExpected[] = "a Kubernetes quantity such as \"500m\", \"2\", \"16Gi\" or \"1e3\"";

struct Suffix {
  absl::string_view text;
  absl::int128 nanos;  // of one unit
};

const Suffix* FindSuffix(absl::string_view text) {
  static const absl::int128 kOne = kNanosPerUnit;
  static const Suffix kSuffixes[] = {
      {"n", 1},
      {"u", 1000},
      {"m", kNanosPerMilli},
      {"", kOne},
      {"k", kOne * 1000},
      {"M", kOne * 1000000},
      {"G", kOne * 1000000000},
      {"T", kOne * 1000000000000},
      {"P", kOne * 1000000000000000},
      {"E", kOne * 1000000000000000000},
      {"Ki", kOne << 10},
      {"Mi", kOne << 20},
      {"Gi", kOne << 30},
      {"Ti", kOne << 40},
      {"Pi", kOne << 50},
      {"Ei", kOne << 60},
  };
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.text == text) return &suffix;
  }
  return nullptr;
}

// "e3", "E-3", "e+3" -> the exponent, capped; nothing where the text is no exponent.
std::optional<int64_t> ParseExponent(absl::string_view text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  text.remove_prefix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    value = std::min(value * 10 + (c - '0'), kExponentCap);
  }
  return negative ? -value : value;
}

// A decimal number as digits and the place of its point, so that "1e-400" needs no big numbers.
struct Decimal {
  std::string digits;  // no leading zeros; empty means zero
  int64_t point = 0;   // the number is 0.digits * 10^point
};

// The magnitude in nano-units, rounded up; nothing where it exceeds kMaxWhole units.
std::optional<absl::int128> Scale(const Decimal& number, absl::int128 unit) {
  const absl::int128 limit = absl::int128(kMaxWhole) * kNanosPerUnit;
  if (number.digits.empty()) return absl::int128(0);
  if (number.point > kMaxWholeDigits + kNanoDigits) return std::nullopt;
  // Below a nano even when the largest unit multiplies it.
  if (number.point < -(kMaxWholeDigits + kNanoDigits)) return absl::int128(1);

  const auto digit = [&number](int64_t place) {
    const bool known = place >= 0 && place < static_cast<int64_t>(number.digits.size());
    return known ? number.digits[static_cast<size_t>(place)] - '0' : 0;
  };
  absl::int128 whole = 0;
  for (int64_t place = 0; place < number.point; ++place) whole = whole * 10 + digit(place);
  if (whole > limit / unit) return std::nullopt;

  // The fraction, from its last digit up: floor((d * unit + rest) / 10) loses only what `inexact`
  // remembers.
  absl::int128 fraction = 0;
  bool inexact = false;
  for (int64_t place = static_cast<int64_t>(number.digits.size()) - 1; place >= number.point;
       --place) {
    fraction += unit * digit(place);
    inexact = inexact || fraction % 10 != 0;
    fraction /= 10;
  }
  const absl::int128 nanos = whole * unit + fraction + (inexact ? 1 : 0);
  if (nanos > limit) return std::nullopt;
  return nanos;
}

absl::Status Malformed(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is not a quantity; expected ", kExpected));
}

absl::Status TooLarge(absl::string_view text, int64_t max) {
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is out of range; expected a quantity of at most ", max));
}

absl::StatusOr<Quantity> ParseNonNegative(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseQuantity(text);
  if (quantity.ok() && *quantity < Quantity()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " is negative; expected a quantity of 0 or more"));
  }
  return quantity;
}

int64_t CeilDivide(absl::int128 nanos, int64_t unit) {
  absl::int128 quotient = nanos / unit;
  const absl::int128 rest = nanos % unit;
  if (rest > 0) quotient += 1;
  if (rest < 0) quotient -= 1;
  quotient = std::min<absl::int128>(quotient, std::numeric_limits<int64_t>::max());
  quotient = std::max<absl::int128>(quotient, std::numeric_limits<int64_t>::min());
  return static_cast<int64_t>(quotient);
}

}  // namespace

Quantity Quantity::FromNanos(absl::int128 nanos) {
  Quantity result;
  result.nanos_ = nanos;
  return result;
}

Quantity Quantity::FromWhole(int64_t units) {
  return FromNanos(absl::int128(units) * kNanosPerUnit);
}

int64_t Quantity::Milli() const { return CeilDivide(nanos_, kNanosPerMilli); }
int64_t Quantity::Whole() const { return CeilDivide(nanos_, kNanosPerUnit); }

Quantity Quantity::operator+(Quantity other) const {
  if (other.nanos_ > 0 && nanos_ > absl::Int128Max() - other.nanos_) {
    return FromNanos(absl::Int128Max());
  }
  if (other.nanos_ < 0 && nanos_ < absl::Int128Min() - other.nanos_) {
    return FromNanos(absl::Int128Min());
  }
  return FromNanos(nanos_ + other.nanos_);
}

absl::StatusOr<Quantity> ParseQuantity(absl::string_view text) {
  absl::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  Decimal number;
  bool any_digit = false;
  bool past_point = false;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest[0];
    if (c == '.' && !past_point) {
      past_point = true;
      continue;
    }
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) break;
    any_digit = true;
    const bool leading_zero = c == '0' && number.digits.empty();
    if (!leading_zero) number.digits.push_back(c);
    if (!past_point && !leading_zero) ++number.point;
    if (past_point && leading_zero) --number.point;
  }
  if (!any_digit) return Malformed(text);

  absl::int128 unit = kNanosPerUnit;
  if (const Suffix* suffix = FindSuffix(rest)) {
    unit = suffix->nanos;
  } else if (const std::optional<int64_t> exponent = ParseExponent(rest)) {
    number.point += *exponent;
  } else {
    return Malformed(text);
  }
  const std::optional<absl::int128> nanos = Scale(number, unit);
  if (!nanos.has_value()) return TooLarge(text, kMaxWhole);
  return Quantity::FromNanos(negative ? -*nanos : *nanos);
}

absl::StatusOr<Quantity> ParseCpu(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseNonNegative(text);
  if (quantity.ok() && quantity->nanos() > absl::int128(kMaxWhole) * kNanosPerMilli) {
    return TooLarge(text, kMaxWhole / 1000);
  }
  return quantity;
}

absl::StatusOr<Quantity> ParseBytes(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseNonNegative(text);
  if (!quantity.ok() || quantity->nanos() == 0) return quantity;
  const char last = text.back();
  if ((last == 'm' || last == 'u' || last == 'n') && *quantity < Quantity::FromWhole(1 << 20)) {
    const absl::string_view number = text.substr(0, text.size() - 1);
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(text), " counts fractions of a byte; expected bytes, such as ",
        Quoted(absl::StrCat(number, "M")), " or ", Quoted(absl::StrCat(number, "Mi"))));
  }
  return quantity;
}

absl::StatusOr<Quantity> ParseCount(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseNonNegative(text);
  if (quantity.ok() && quantity->nanos() % kNanosPerUnit != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " is not whole; expected a whole number such as \"2\""));
  }
  return quantity;
}

absl::StatusOr<Quantity> ParseAmount(absl::string_view resource, absl::string_view text) {
  if (resource == kCpu) return ParseCpu(text);
  const bool bytes = resource == kMemory || resource == kEphemeralStorage ||
                     absl::StartsWith(resource, "hugepages-");
  return bytes ? ParseBytes(text) : ParseCount(text);
}

int64_t ToAmount(absl::string_view resource, Quantity quantity) {
  return resource == kCpu ? quantity.Milli() : quantity.Whole();
}

}  // namespace muster::codec
