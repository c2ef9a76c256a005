// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/yaml.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<YamlNode> node = ParseYaml("f.yaml", text);
  return node.ok() ? "" : std::string(node.status().message());
}

TEST_CASE("every node knows its line and column") {
  const absl::StatusOr<YamlNode> root = ParseYaml("f", "a: 1\nb:\n  - x\n  - {c: 'y'}\n");
  REQUIRE(root.ok());
  REQUIRE(root->entries.size() == 2);
  CHECK(root->entries[1].mark == Mark{2, 1});
  const YamlNode* list = root->Find("b");
  REQUIRE(list != nullptr);
  CHECK(list->mark == Mark{3, 3});
  REQUIRE(list->items.size() == 2);
  CHECK(list->items[0].mark == Mark{3, 5});
  const YamlNode* quoted = list->items[1].Find("c");
  REQUIRE(quoted != nullptr);
  CHECK(quoted->mark == Mark{4, 9});
  CHECK(quoted->text == "y");
  CHECK(quoted->quoted);
  CHECK_FALSE(root->Find("a")->quoted);
  CHECK(root->Find("absent") == nullptr);
}

TEST_CASE("a scalar stays the text it was written as") {
  const absl::StatusOr<YamlNode> root =
      ParseYaml("f", "a: yes\nb: 010\nc: 1e3\nd: ~\ne:\nf: null\ng: 'null'\nh: |\n  x\n");
  REQUIRE(root.ok());
  CHECK(root->Find("a")->text == "yes");
  CHECK(root->Find("b")->text == "010");
  CHECK(root->Find("c")->text == "1e3");
  for (const char* key : {"d", "e", "f"}) CHECK(root->Find(key)->kind == YamlNode::Kind::kNull);
  CHECK(root->Find("g")->kind == YamlNode::Kind::kScalar);
  CHECK(root->Find("h")->text == "x\n");
}

TEST_CASE("an empty text is a null node") {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n"}) {
    const absl::StatusOr<YamlNode> root = ParseYaml("f", text);
    REQUIRE(root.ok());
    CHECK(root->kind == YamlNode::Kind::kNull);
  }
}

TEST_CASE("what is no single plain document is refused with its place") {
  struct Case {
    std::string text;
    std::string error;
  };
  const Case cases[] = {
      {"a:\n\tb: 1\n",
       "f.yaml:2:1: not valid YAML: found character that cannot start any token "
       "while scanning for the next token of line 2"},
      {"a: \"x\n",
       "f.yaml:2:1: not valid YAML: found unexpected end of stream while scanning a "
       "quoted scalar of line 1"},
      {"a: [1, 2\n",
       "f.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing a "
       "flow sequence of line 1"},
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key \"a\" is given twice"},
      {"a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document; expected only one"},
      {"b: *x\n", "f.yaml:1:4: the alias *x has no anchor before it"},
      {"a: &x [*x]\n", "f.yaml:1:8: the alias *x has no anchor before it"},
      {"a: !!int 3\n", "f.yaml:1:4: a tag (!name) is not supported"},
      {"[a]: 1\n", "f.yaml:1:1: a key must be plain text"},
      {"? {a: 1}\n: 2\n", "f.yaml:1:3: a key must be plain text"},
      {"a: 1\nb: \xff\xfe\n", "f.yaml:2:4: not valid YAML: invalid leading UTF-8 octet"},
      {"\xc3\xa4: \x01\n", "f.yaml:1:4: not valid YAML: control characters are not allowed"},
  };
  for (const Case& c : cases) CHECK(ErrorOf(c.text) == c.error);
}

TEST_CASE("deep nesting is refused at once") {
  for (const char* opening : {"[", "{a: ", "- "}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += opening;
    CHECK(ErrorOf(text).find("nested deeper than 64 levels") != std::string::npos);
  }
  std::string allowed(kYamlDepth - 1, '[');
  allowed += std::string(kYamlDepth - 1, ']');
  CHECK(ErrorOf(allowed).empty());
}

TEST_CASE("an alias is written out") {
  const absl::StatusOr<YamlNode> root =
      ParseYaml("f", "a: &x {b: [1, 2]}\nc: *x\nd: &y z\ne: *y\n");
  REQUIRE(root.ok());
  REQUIRE(root->Find("c")->Find("b") != nullptr);
  CHECK(root->Find("c")->Find("b")->items.size() == 2);
  CHECK(root->Find("c")->Find("b")->mark == Mark{1, 11});
  CHECK(root->Find("e")->text == "z");
}

TEST_CASE("aliases cannot make a large or a deep tree of a small text") {
  std::string wide = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 70; ++i) {
    const std::string alias = absl::StrCat("*a", i - 1);
    absl::StrAppend(&deep, "a", i, ": &a", i, " [", alias, "]\n");
    absl::StrAppend(&wide, "a", i, ": &a", i, " [", alias, ", ", alias, ", ", alias, "]\n");
  }
  CHECK(ErrorOf(wide).find("make more than 1048576 bytes; write the values out") !=
        std::string::npos);
  CHECK(ErrorOf(deep) == "f.yaml:63:12: nested deeper than 64 levels");
}

TEST_CASE("a text over the size cap is refused unread") {
  CHECK(ErrorOf(std::string(kYamlBytes + 1, '[')) ==
        absl::StrCat("f.yaml:1:1: longer than ", kYamlBytes, " bytes"));
}

}  // namespace
}  // namespace muster::codec
