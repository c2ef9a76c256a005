// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/flags.h"

#include <catch2/catch.hpp>

namespace muster::daemon {
namespace {

struct Values {
  bool elect = true;
  std::string file;
  int64_t seed = 1;
  absl::Duration lease = absl::Seconds(15);
  HostPort listen{"127.0.0.1", 8080};
  ObjectName map{"muster-system", "muster-config"};
  std::string level = "info";
};

FlagSet Declare(Values* values, absl::string_view positional = "") {
  FlagSet flags("serve", positional, "schedules");
  flags.Switch("leader-elect", &values->elect, "wait for the lease");
  flags.Text("kubeconfig", &values->file, "FILE", "where the API server is");
  flags.Integer("seed", &values->seed, 0, 100, "of chance");
  flags.Duration("lease-duration", &values->lease, "how long a lease holds");
  flags.Address("listen", &values->listen, "where to answer");
  flags.Object("configmap", &values->map, "the queue config");
  flags.Choice("log-level", &values->level, {"debug", "info", "error"}, "least level");
  return flags;
}

std::string Complaint(const Arguments& arguments, absl::string_view positional = "") {
  Values values;
  Arguments rest;
  return std::string(Declare(&values, positional).Parse(arguments, &rest).message());
}

TEST_CASE("flags take their value after = or as the next argument") {
  Values values;
  Arguments rest;
  const FlagSet flags = Declare(&values, "FILE");
  REQUIRE(flags
              .Parse({"--kubeconfig=a=b", "--seed", "7", "--lease-duration", "1m30s", "x.yaml",
                      "--listen=[::1]:0", "--configmap", "team-a/q.v1", "--log-level=debug",
                      "--leader-elect=false"},
                     &rest)
              .ok());
  CHECK(values.file == "a=b");
  CHECK(values.seed == 7);
  CHECK(values.lease == absl::Seconds(90));
  CHECK(values.listen == HostPort{"::1", 0});
  CHECK(ToString(values.listen) == "[::1]:0");
  CHECK(values.map == ObjectName{"team-a", "q.v1"});
  CHECK(values.level == "debug");
  CHECK_FALSE(values.elect);
  CHECK(rest == Arguments{"x.yaml"});
}

TEST_CASE("a short name is a letter with its value behind, after = or next") {
  for (const Arguments& arguments :
       {Arguments{"-s", "7"}, {"-s7"}, {"-s=7"}, {"--seed=7"}, {"--seed", "7"}}) {
    Values values;
    Arguments rest;
    FlagSet flags = Declare(&values);
    flags.Short('s', "seed");
    REQUIRE(flags.Parse(arguments, &rest).ok());
    CHECK(values.seed == 7);
    CHECK(rest.empty());
  }
  Values values;
  Arguments rest;
  FlagSet flags = Declare(&values);
  flags.Short('s', "seed");
  CHECK(flags.Parse({"-s7", "--seed=8"}, &rest).message() == "--seed is given twice");
  CHECK(flags.Parse({"-s"}, &rest).message() == "--seed: expected N after it");
  CHECK(flags.Parse({"-sx"}, &rest).message() ==
        "--seed: \"x\": expected a whole number from 0 to 100");
}

TEST_CASE("a switch alone is on, and after -- everything is an argument") {
  Values values;
  values.elect = false;
  Arguments rest;
  REQUIRE(Declare(&values, "FILE").Parse({"--leader-elect", "--", "--seed"}, &rest).ok());
  CHECK(values.elect);
  CHECK(rest == Arguments{"--seed"});
}

TEST_CASE("a mistake is one line that names flag, value and what was expected") {
  const std::vector<std::pair<Arguments, std::string>> table = {
      {{"--kubeconfg", "x"}, "no flag \"--kubeconfg\", did you mean --kubeconfig?"},
      {{"--wibble"}, "no flag \"--wibble\"; 'muster serve --help' lists them"},
      {{"--seed=1e9"}, "--seed: \"1e9\": expected a whole number from 0 to 100"},
      {{"--seed", "-1"}, "--seed: \"-1\": expected a whole number from 0 to 100"},
      {{"--seed", "1", "--seed=1"}, "--seed is given twice"},
      {{"--seed"}, "--seed: expected N after it"},
      {{"--kubeconfig="}, "--kubeconfig: \"\": expected a FILE, not nothing"},
      {{"--lease-duration=15"},
       "--lease-duration: \"15\": expected a duration greater than zero, such as 15s, 1m30s or "
       "250ms"},
      {{"--lease-duration=inf"},
       "--lease-duration: \"inf\": expected a duration greater than zero, such as 15s, 1m30s or "
       "250ms"},
      {{"--lease-duration=-5s"},
       "--lease-duration: \"-5s\": expected a duration greater than zero, such as 15s, 1m30s or "
       "250ms"},
      {{"--configmap=muster-config"},
       "--configmap: \"muster-config\": expected NAMESPACE/NAME, such as "
       "muster-system/muster-config"},
      {{"--configmap=A/b"},
       "--configmap: \"A/b\": expected NAMESPACE/NAME, such as muster-system/muster-config"},
      {{"--configmap=a/b/c"},
       "--configmap: \"a/b/c\": expected NAMESPACE/NAME, such as muster-system/muster-config"},
      {{"--log-level=loud"}, "--log-level: \"loud\": expected one of debug, info, error"},
      {{"--leader-elect=yes"}, "--leader-elect: \"yes\": expected true or false"},
      {{"-seed"}, "flags begin with two dashes, not as in \"-seed\""},
      {{"x.yaml"}, "one argument too many: \"x.yaml\""},
  };
  for (const auto& [arguments, message] : table) {
    CAPTURE(message);
    CHECK(Complaint(arguments) == message);
  }
  CHECK(Complaint({}, "FILE") == "expected FILE; usage: muster serve FILE");
}

TEST_CASE("an address that nobody can listen on is refused") {
  for (const char* text : {"", ":8080", "8080", "localhost", "localhost:", "localhost:x", "a:65536",
                           "::1:80", "[::1]", "[]:1", "[x]:1", "a b:1", "a:-1", "a:+1"}) {
    CAPTURE(text);
    CHECK(Complaint({"--listen", text}).find("expected HOST:PORT") != std::string::npos);
  }
}

TEST_CASE("nothing is filled when anything is wrong") {
  Values values;
  Arguments rest;
  CHECK_FALSE(Declare(&values).Parse({"--seed=5", "--log-level=loud"}, &rest).ok());
  CHECK(values.seed == 1);
}

TEST_CASE("help shows every flag with its default") {
  Values values;
  const std::string help = Declare(&values, "FILE").Help();
  CHECK(help.find("muster serve FILE [FLAG...]\nschedules\n") == 0);
  CHECK(help.find("--listen HOST:PORT") != std::string::npos);
  CHECK(help.find("where to answer (127.0.0.1:8080)\n") != std::string::npos);
  CHECK(FlagSet::AsksForHelp({"x", "--help"}));
  CHECK_FALSE(FlagSet::AsksForHelp({"--", "--help"}));
}

}  // namespace
}  // namespace muster::daemon
