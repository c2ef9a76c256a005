// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/yaml_reader.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

YamlNode Parse(const std::string& text) {
  absl::StatusOr<YamlNode> node = ParseYaml("f", text);
  REQUIRE(node.ok());
  return *std::move(node);
}

TEST_CASE("typed fields are read") {
  const YamlNode node = Parse(
      "text: hi\nnumber: -7\nflag: true\nwait: 1h30m\namounts: {cpu: 500m, memory: 1Gi, gpu: 0}\n"
      "word: fair\nlist: [a, 'b']\n");
  YamlErrors errors("f");
  YamlMap map(YamlField(node, "", &errors));
  CHECK(map.Required("text", "text")->Text() == "hi");
  CHECK(map.Required("number", "a number")->Integer(-10, 10) == -7);
  CHECK(map.Optional("flag")->Boolean() == true);
  CHECK(map.Optional("wait")->Duration() == absl::Minutes(90));
  const std::optional<ResourceList> amounts = map.Optional("amounts")->Amounts();
  REQUIRE(amounts.has_value());
  CHECK(amounts->Get("cpu") == 500);
  CHECK(amounts->Get("memory") == int64_t{1} << 30);
  CHECK(amounts->Has("gpu"));
  CHECK(map.Optional("word")->Word({"fifo", "fair"}) == size_t{1});
  CHECK(map.Optional("list")->Texts() == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(map.Optional("absent").has_value());
  map.Finish();
  CHECK(errors.ToStatus() == absl::OkStatus());
}

TEST_CASE("all errors are collected, in the order of the text") {
  const YamlNode node = Parse(
      "weigth: 3\n"
      "number: \"3\"\n"
      "large: 11\n"
      "flag: yes\n"
      "wait: -5s\n"
      "amounts:\n"
      "  cpu: 1e400\n"
      "  memory: [1]\n"
      "word: lifo\n"
      "list: [a, {}]\n"
      "text:\n"
      "zzzzzzzz: 1\n");
  YamlErrors errors("f");
  YamlMap map(YamlField(node, "", &errors));
  CHECK_FALSE(map.Optional("text")->Text().has_value());
  map.Optional("weight");
  map.Optional("number")->Integer(0, 10);
  map.Optional("large")->Integer(0, 10);
  map.Optional("flag")->Boolean();
  map.Optional("wait")->Duration();
  CHECK_FALSE(map.Optional("amounts")->Amounts().has_value());
  map.Optional("word")->Word({"fifo", "fair"});
  CHECK_FALSE(map.Optional("list")->Texts().has_value());
  CHECK_FALSE(map.Required("name", "a queue's name").has_value());
  map.Finish();
  CHECK(errors.ToStatus().message() ==
        "f:1:1: the key \"name\" is missing; expected a queue's name\n"
        "f:1:1: unknown key \"weigth\"; did you mean \"weight\"?\n"
        "f:2:9: number: expected a whole number from 0 to 10, got the text \"3\"\n"
        "f:3:8: large: expected a whole number from 0 to 10, got \"11\"\n"
        "f:4:7: flag: expected true or false, got \"yes\"\n"
        "f:5:7: wait: expected a duration such as 90s, 10m or 1h30m, got \"-5s\"\n"
        "f:7:8: amounts.cpu: \"1e400\" is out of range; expected a quantity of at most "
        "9223372036854775807\n"
        "f:8:11: amounts.memory: expected a Kubernetes quantity such as 500m, 2 or 16Gi, got a "
        "list\n"
        "f:9:7: word: expected fifo or fair, got \"lifo\"\n"
        "f:10:11: list[1]: expected text, got a mapping\n"
        "f:11:6: text: expected text, got nothing\n"
        "f:12:1: unknown key \"zzzzzzzz\"; expected one of text, weight, number, large, flag, "
        "wait, amounts, word, list, name");
}

TEST_CASE("an open mapping leaves unknown keys alone and takes null for absent") {
  const YamlNode node = Parse("a: null\nother: 1\n");
  YamlErrors errors("f");
  YamlMap map(YamlField(node, "", &errors), YamlMap::kOpen);
  CHECK_FALSE(map.Optional("a").has_value());
  CHECK(map.Entries().size() == 1);
  map.Finish();
  CHECK(errors.empty());
}

TEST_CASE("a flood of errors is cut and counted") {
  std::string text;
  for (int i = 0; i < 150; ++i) absl::StrAppend(&text, "key", i, "xxxxxxx: 1\n");
  const YamlNode node = Parse(text);
  YamlErrors errors("f");
  YamlMap map(YamlField(node, "", &errors));
  map.Optional("name");
  map.Finish();
  const std::string message(errors.ToStatus().message());
  CHECK(message.find("f: and 50 more errors") != std::string::npos);
}

}  // namespace
}  // namespace muster::codec
