// SPDX-License-Identifier: Apache-2.0
// Reflection, by which grpcurl and the like know the service without its proto files. Asked by its
// wire form, since no package has its generated client.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/match.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "test/daemon/grpc/fakes.h"

namespace muster::daemon {
namespace {

// The answer to one ServerReflectionRequest, as bytes; empty: none.
std::string Reflected(int port, const std::string& bytes) {
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  grpc::CompletionQueue queue;
  const auto done = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  if (!done()) return "";
  grpc::Slice slice(bytes);
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  if (!done()) return "";
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  grpc::Slice whole;
  const bool read = done() && response.DumpToSingleSlice(&whole).ok();
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  done();
  return read ? std::string(whole.begin(), whole.end()) : "";
}

TEST_CASE("a client without the proto files learns of the service and its messages") {
  CannedQuestions questions;
  const Gate gate;
  GrpcSettings settings;
  settings.listen = {"127.0.0.1", 0};
  const auto server = GrpcServer::Listen(settings, &questions, &gate, nullptr);
  REQUIRE(server.ok());
  // ServerReflectionRequest: list_services = 7, file_containing_symbol = 4.
  const std::string services = Reflected((*server)->port(), "\x3a\x01*");
  CHECK(absl::StrContains(services, "muster.v1.Muster"));
  CHECK(absl::StrContains(services, "grpc.health.v1.Health"));
  const std::string file = Reflected((*server)->port(), "\x22\x10muster.v1.Muster");
  CHECK(absl::StrContains(file, "WatchDecisions"));
  CHECK(absl::StrContains(file, "next_page_token"));
}

}  // namespace
}  // namespace muster::daemon
