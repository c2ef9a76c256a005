// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve_flags.h"

#include <catch2/catch.hpp>

namespace muster::daemon {
namespace {

absl::Status Read(const Arguments& arguments, ServeFlags* values) {
  Arguments none;
  const absl::Status read = DeclareServeFlags(values).Parse(arguments, &none);
  return read.ok() ? FinishServeFlags(values) : read;
}

TEST_CASE("serve without flags means in-cluster defaults") {
  ServeFlags values;
  REQUIRE(Read({}, &values).ok());
  CHECK(values.configmap == ObjectName{"muster-system", "muster-config"});
  CHECK(values.lease == ObjectName{"muster-system", "muster"});
  CHECK(values.leader_elect);
  CHECK(values.page_listen == HostPort{"127.0.0.1", 8082});
  CHECK(values.page_host_names().empty());
  CHECK(values.level() == LogLevel::kInfo);
}

TEST_CASE("the page may be asked for under names that are configured") {
  ServeFlags values;
  REQUIRE(Read({"--page-listen=[::1]:9000", "--page-hosts=muster.example,Other"}, &values).ok());
  CHECK(values.page_listen == HostPort{"::1", 9000});
  CHECK(values.page_host_names() == std::vector<std::string>{"muster.example", "Other"});
}

TEST_CASE("a config file takes the place of the ConfigMap") {
  ServeFlags values;
  REQUIRE(Read({"--config", "queues.yaml", "--log-level=error"}, &values).ok());
  CHECK(values.configmap.name.empty());
  CHECK(values.level() == LogLevel::kError);
}

TEST_CASE("flags that contradict each other are refused") {
  const std::vector<std::pair<Arguments, std::string>> table = {
      {{"--config=x", "--configmap=a/b"}, "--config and --configmap exclude each other"},
      {{"--lease-duration=10s"}, "--renew-deadline: expected less than --lease-duration"},
      {{"--retry-period=9s"},
       "--retry-period: expected less than --renew-deadline / 1.2 and 0.6 of --lease-duration"},
      {{"--page-hosts=a.example,b.example:80"},
       "--page-hosts: expected names without port, not \"b.example:80\""},
      {{"--grpc-insecure"},
       "--grpc-cert, --grpc-key, --grpc-insecure: expected --grpc-listen with them"},
      {{"--grpc-listen=0.0.0.0:9090"},
       "--grpc-listen: expected --grpc-cert and --grpc-key, or --grpc-insecure on a loopback "
       "address"},
      {{"--grpc-listen=0.0.0.0:9090", "--grpc-cert=a"},
       "--grpc-listen: expected --grpc-cert and --grpc-key, or --grpc-insecure on a loopback "
       "address"},
      {{"--grpc-listen=127.0.0.1:9090", "--grpc-cert=a", "--grpc-insecure"},
       "--grpc-insecure and --grpc-cert exclude each other"},
      {{"--grpc-listen=0.0.0.0:9090", "--grpc-insecure"},
       "--grpc-insecure: expected a loopback address in --grpc-listen, not 0.0.0.0:9090: anybody "
       "could ask without a token"},
      {{"--grpc-listen=127.evil.example:9090", "--grpc-insecure"},
       "--grpc-insecure: expected a loopback address in --grpc-listen, not 127.evil.example:9090: "
       "anybody could ask without a token"},
  };
  for (const auto& [arguments, message] : table) {
    ServeFlags values;
    CHECK(Read(arguments, &values).message() == message);
  }
}

TEST_CASE("gRPC is off, in plain text on loopback, or behind a certificate") {
  for (const Arguments& arguments :
       {Arguments{},
        {"--grpc-listen=127.0.0.1:0", "--grpc-insecure"},
        {"--grpc-listen=[::1]:9090", "--grpc-insecure"},
        {"--grpc-listen=localhost:9090", "--grpc-insecure"},
        {"--grpc-listen=0.0.0.0:9090", "--grpc-cert=c", "--grpc-key=k"}}) {
    ServeFlags values;
    CHECK(Read(arguments, &values).ok());
    CHECK(values.grpc_listen.host.empty() == arguments.empty());
  }
}

}  // namespace
}  // namespace muster::daemon
