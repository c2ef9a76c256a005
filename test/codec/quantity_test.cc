// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/quantity.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace muster::codec {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST_CASE("a quantity is read exactly and rounded away from zero") {
  struct Case {
    const char* text;
    int64_t milli;
    int64_t whole;
  };
  const Case cases[] = {
      {"0", 0, 0},
      {"1", 1000, 1},
      {"+5", 5000, 5},
      {"5.", 5000, 5},
      {".5", 500, 1},
      {"0.5", 500, 1},
      {"100m", 100, 1},
      {"1500m", 1500, 2},
      {"0.1", 100, 1},
      {"0.0001", 1, 1},
      {"1n", 1, 1},
      {"1u", 1, 1},
      {"999u", 1, 1},
      {"1001u", 2, 1},
      {"1k", 1000000, 1000},
      {"1Ki", 1024000, 1024},
      {"1.5Ki", 1536000, 1536},
      {"16Gi", 17179869184000, 17179869184},
      {"1M", 1000000000, 1000000},
      {"1E3", 1000000, 1000},
      {"1e3", 1000000, 1000},
      {"1e+3", 1000000, 1000},
      {"12e-1", 1200, 2},
      {"1E", kMax, 1000000000000000000},
      {"-1", -1000, -1},
      {"-0.5", -500, -1},
      {"-1500m", -1500, -2},
      {"128974848000m", 128974848000, 128974848},
      {"128974848001m", 128974848001, 128974849},
      {"0.0000000001", 1, 1},
      {"1e-400", 1, 1},
      {"0e400", 0, 0},
      {"0.000", 0, 0},
      {"000000000000000000000000000001", 1000, 1},
      {"0.00000000000000000000000000000000000001e38", 1000, 1},
      {"9223372036854775807", kMax, kMax},
      {"7Ei", kMax, 8070450532247928832},
      {"0.1Ki", 102400, 103},
      {"0.33333333333333333333333333Mi", 349525334, 349526},
      {"7.99999999999999999Ei", kMax, 9223372036854775797},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const absl::StatusOr<Quantity> quantity = ParseQuantity(c.text);
    REQUIRE(quantity.ok());
    CHECK(quantity->Milli() == c.milli);
    CHECK(quantity->Whole() == c.whole);
  }
}

TEST_CASE("text outside the grammar is refused, naming what was expected") {
  const char* const cases[] = {"",    " ",    ".",        "-",     "+",     "1 ",  " 1",
                               "1g",  "1K",   "1mi",      "1MI",   "1.2.3", "--1", "1e",
                               "1e+", "1e3m", "0x10",     "1_000", "1,5",   "abc", "Gi",
                               "NaN", "inf",  "\xff\xfe", "1\n",   "1Gib",  "1GiB"};
  for (const char* text : cases) {
    INFO(text);
    const absl::StatusOr<Quantity> quantity = ParseQuantity(text);
    REQUIRE_FALSE(quantity.ok());
    CHECK(std::string(quantity.status().message()).find("is not a quantity; expected") !=
          std::string::npos);
  }
}

TEST_CASE("a quantity above 2^63-1 is refused, never wrapped") {
  const char* const cases[] = {"50E",
                               "9223372036854775808",
                               "8Ei",
                               "1e400",
                               "1e19",
                               "-50E",
                               "9223372036854775807.000000001",
                               "9.3E",
                               "1e99999999999999999999",
                               "99999999999999999999999999999999999999999999999999Ei",
                               "9223372036854775808000000001n"};
  for (const char* text : cases) {
    INFO(text);
    const absl::StatusOr<Quantity> quantity = ParseQuantity(text);
    REQUIRE_FALSE(quantity.ok());
    CHECK(std::string(quantity.status().message()).find("out of range; expected") !=
          std::string::npos);
  }
}

TEST_CASE("each kind of amount refuses what makes no sense for it") {
  CHECK(ParseCpu("-1").status().message() ==
        "\"-1\" is negative; expected a quantity of 0 or more");
  CHECK(ParseCpu("9223372036854775.807").ok());
  CHECK(ParseCpu("9223372036854776").status().message() ==
        "\"9223372036854776\" is out of range; expected a quantity of at most 9223372036854775");
  CHECK(ParseBytes("512m").status().message() ==
        "\"512m\" counts fractions of a byte; expected bytes, such as \"512M\" or \"512Mi\"");
  CHECK_FALSE(ParseBytes("0.5m").ok());
  CHECK_FALSE(ParseBytes("-1Gi").ok());
  CHECK(ParseBytes("0m").ok());
  CHECK(ParseBytes("128974848000m")->Whole() == 128974848);
  CHECK(ParseBytes("1.5")->Whole() == 2);
  CHECK(ParseCount("3")->Whole() == 3);
  CHECK(ParseCount("3000m")->Whole() == 3);
  CHECK(ParseCount("1500m").status().message() ==
        "\"1500m\" is not whole; expected a whole number such as \"2\"");
}

TEST_CASE("sums are exact before the one rounding, and saturate") {
  Quantity sum;
  for (int i = 0; i < 10; ++i) sum += *ParseQuantity("100u");
  CHECK(sum.Milli() == 1);
  Quantity large = Quantity::FromNanos(absl::Int128Max());
  large += *ParseQuantity("7Ei");
  CHECK(large == Quantity::FromNanos(absl::Int128Max()));
  CHECK(large.Whole() == kMax);
  Quantity low = Quantity::FromNanos(absl::Int128Min());
  low += *ParseQuantity("-1");
  CHECK(low == Quantity::FromNanos(absl::Int128Min()));
  CHECK(low.Milli() == std::numeric_limits<int64_t>::min());
}

TEST_CASE("an amount is read by what its resource counts") {
  CHECK(ToAmount("cpu", *ParseAmount("cpu", "512m")) == 512);
  CHECK_FALSE(ParseAmount("memory", "512m").ok());
  CHECK_FALSE(ParseAmount("ephemeral-storage", "512m").ok());
  CHECK_FALSE(ParseAmount("hugepages-2Mi", "512m").ok());
  CHECK(ToAmount("memory", *ParseAmount("memory", "1408Mi")) == 1476395008);
  CHECK(ToAmount("nvidia.com/gpu", *ParseAmount("nvidia.com/gpu", "2")) == 2);
  CHECK_FALSE(ParseAmount("nvidia.com/gpu", "500m").ok());
}

TEST_CASE("a long or binary text makes a short, readable message") {
  const std::string long_text(262144, 'x');
  CHECK(ParseQuantity(long_text).status().message().size() < 200);
  CHECK(std::string(ParseQuantity("\x01\xff").status().message()).find("\\x01\\xff") !=
        std::string::npos);
}

}  // namespace
}  // namespace muster::codec
