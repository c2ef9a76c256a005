// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/link_template.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"

namespace muster::codec {
namespace {

absl::StatusOr<QueueConfig> Parse(const std::string& history) {
  return ParseQueueConfig("m.yaml", absl::StrCat("queues: [{name: a}]\nhistory: ", history, "\n"));
}

std::string ErrorOf(const std::string& history) {
  return std::string(Parse(history).status().message());
}

std::string Link(const std::string& url, const LinkValues& values) {
  const auto config = Parse(absl::StrCat("{url: \"", url, "\"}"));
  INFO(config.status());
  REQUIRE(config.ok());
  CHECK(config->history_url == url);
  return LinkTo(config->history_url, values);
}

const LinkValues kJob = {"team-a", "spark-7f", "spark-7f", "nightly", "etl.night", "team-a/spark"};

TEST_CASE("a link is the template with what is known of a gang") {
  CHECK(Link("https://history.example.com:18080/history/{app}/jobs/", kJob) ==
        "https://history.example.com:18080/history/spark-7f/jobs/");
  CHECK(Link("http://h/{namespace}/{gang}?q={queue}&n={appName}#{user}", kJob) ==
        "http://h/team-a/spark-7f?q=etl.night&n=nightly#team-a%2Fspark");
  CHECK(Link("http://h", kJob) == "http://h");
}

TEST_CASE("no value can leave its place in a link") {
  LinkValues values = kJob;
  values.app = "a/../b?c=d&e#f%2F\"<script>' \n{user}\xc3\xa9-._~";
  CHECK(Link("https://h/{app}", values) ==
        "https://h/a%2F..%2Fb%3Fc%3Dd%26e%23f%252F%22%3Cscript%3E%27%20%0A%7Buser%7D%C3%A9-._~");
}

TEST_CASE("there is no link where the template names what is not known, nor without a template") {
  LinkValues values = kJob;
  values.app = "";
  CHECK(Link("https://h/{app}", values).empty());
  CHECK(Link("https://h/{gang}", values) == "https://h/spark-7f");
  CHECK(LinkTo("", kJob).empty());
}

TEST_CASE("mistakes in the key history are named with line, column and expectation") {
  CHECK(ErrorOf("{url: \"https://h/{ap}\"}") ==
        "m.yaml:2:16: history.url: unknown placeholder \"{ap}\"; did you mean {app}?");
  CHECK(ErrorOf("{url: \"https://h/{APPNAME}\"}") ==
        "m.yaml:2:16: history.url: unknown placeholder \"{APPNAME}\"; did you mean {appName}?");
  CHECK(ErrorOf("{url: \"https://h/{cluster}\"}") ==
        "m.yaml:2:16: history.url: unknown placeholder \"{cluster}\"; expected one of {namespace}, "
        "{gang}, {app}, {appName}, {queue}, {user}");
  CHECK(ErrorOf("{}") ==
        "m.yaml:2:10: history: the key \"url\" is missing; expected an address such as "
        "https://history.example.com/history/{app}");
  CHECK(ErrorOf("{url: \"https://h/{app}\", name: x}").find("m.yaml:2:35: ") == 0);
  CHECK(ErrorOf("https://h/{app}").find("m.yaml:2:10: history: expected") == 0);
  for (const char* braces : {"{app", "app}", "{{app}}", "{app}}", "{a{app}"}) {
    CAPTURE(braces);
    CHECK(ErrorOf(absl::StrCat("{url: \"https://h/", braces, "\"}")) ==
          "m.yaml:2:16: history.url: expected each { to be closed by a }, with a name between "
          "them");
  }
}

TEST_CASE("only web addresses with a host of their own are taken") {
  for (const char* url : {"javascript:alert(1)", "ftp://h/{app}", "//h/{app}", "h/{app}", "",
                          "https://h/a b", "https://h/\\\"", "https://h/\\n", "HTTPS://h/",
                          "data:text/html,{app}", "https://h/<b>", "https://h/\xc3\xa9"}) {
    CAPTURE(url);
    const std::string error = ErrorOf(absl::StrCat("{url: \"", url, "\"}"));
    CHECK(error.find("m.yaml:2:16: history.url: expected an http or https address") == 0);
  }
  CHECK_FALSE(ErrorOf(absl::StrCat("{url: \"https://h/", std::string(1024, 'a'), "\"}")).empty());
  for (const char* url : {"https://", "https:///{app}", "https://{app}/", "https://h.{namespace}/",
                          "https://user:secret@h/", "http://?{app}", "http://.h/"}) {
    CAPTURE(url);
    const std::string error = ErrorOf(absl::StrCat("{url: \"", url, "\"}"));
    CHECK(error.find("m.yaml:2:16: history.url: expected a host after http:// or https://") == 0);
  }
}

}  // namespace
}  // namespace muster::codec
