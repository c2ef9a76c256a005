// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/properties.h"

#include <catch2/catch.hpp>
#include <string>

namespace muster::codec {
namespace {

TEST_CASE("properties are read as java.util.Properties reads them") {
  struct Case {
    std::string text;
    Properties expected;
  };
  const Case cases[] = {
      {"", {}},
      {"\n\r\n  \t\f\n# c\n   ! c\n", {}},
      {"a=b", {{"a", "b"}}},
      {"a:b\n", {{"a", "b"}}},
      {"a b\n", {{"a", "b"}}},
      {"  a \t = \f b  \n", {{"a", "b  "}}},
      {"a==b\nc=:d\ne := f\n", {{"a", "=b"}, {"c", ":d"}, {"e", "= f"}}},
      {"a\n", {{"a", ""}}},
      {"=b\n", {{"", "b"}}},
      {"a\\=b\\:c\\ d=e", {{"a=b:c d", "e"}}},
      {"a\\\\=b", {{"a\\", "b"}}},
      {"spark.master=k8s\\://https\\://127.0.0.1\\:7443\n",
       {{"spark.master", "k8s://https://127.0.0.1:7443"}}},
      {"o=-Dx.y\\=\"a b\" -Dz\\=c\\:\\\\d\n", {{"o", "-Dx.y=\"a b\" -Dz=c:\\d"}}},
      {"a=b\\\n   c\n", {{"a", "bc"}}},
      {"a=b\\\r\n\tc\nd=e\r\nf=g\r", {{"a", "bc"}, {"d", "e"}, {"f", "g"}}},
      {"a=b\\\\\nc=d\n", {{"a", "b\\"}, {"c", "d"}}},
      {"a=b\\\n# no comment\n", {{"a", "b# no comment"}}},
      {"# comment \\\na=b\n", {{"a", "b"}}},
      {"a=b\\", {{"a", "b"}}},
      {"a=b\\\n\nc=d\n", {{"a", "b"}, {"c", "d"}}},
      {"a=1\\t2\\n3\\r4\\f5\\q6", {{"a", "1\t2\n3\r4\f5q6"}}},
      {"a=\\u0041\\u00e9\\u20AC", {{"a", "A\xc3\xa9\xe2\x82\xac"}}},
      {"a=\\uD83D\\uDE00", {{"a", "\xf0\x9f\x98\x80"}}},
      {"a=\\uD83Dx\\uDE00", {{"a", "\xef\xbf\xbdx\xef\xbf\xbd"}}},
      {"a=\xc3\xa9", {{"a", "\xc3\xa9"}}},
      {"a=1\na=2\n", {{"a", "2"}}},
      {"a\\\nb=c\n", {{"ab", "c"}}},
      {"\\\n#x=y\n", {{"#x", "y"}}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const absl::StatusOr<Properties> properties = ParseProperties(c.text);
    REQUIRE(properties.ok());
    CHECK(*properties == c.expected);
  }
}

TEST_CASE("a \\u without four hex digits is refused with its line") {
  for (const char* text :
       {"# x\nok=1\na=\\u12\n", "#\n\na=\\u12G4", "\n\n\\u", "#\n#\na=\\uD83D\\u1"}) {
    INFO(text);
    CHECK(ParseProperties(text).status().message() == "line 3: expected four hex digits after \\u");
  }
}

}  // namespace
}  // namespace muster::codec
