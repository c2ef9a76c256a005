// SPDX-License-Identifier: Apache-2.0
// How many connections the gRPC server has at most, and how long one that is of no use.
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "grpcpp/create_channel.h"
#include "test/daemon/grpc/fakes.h"
#include "test/daemon/http/http_client.h"

namespace muster::daemon {
namespace {

constexpr size_t kMost = 3;

class Crowded {
 public:
  explicit Crowded(GrpcSettings settings = {}) {
    settings.listen = {"127.0.0.1", 0};
    settings.most_connections = kMost;
    auto listening = GrpcServer::Listen(settings, &questions_, &gate_, nullptr);
    REQUIRE(listening.ok());
    server_ = *std::move(listening);
  }
  int port() const { return server_->port(); }

 private:
  CannedQuestions questions_;
  const Gate gate_;
  std::unique_ptr<GrpcServer> server_;
};

// A client with a connection of its own.
class Client {
 public:
  explicit Client(int port) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
    stub_ = v1::Muster::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
  }
  // `patient`: until there is a place for it.
  grpc::StatusCode Ask(bool patient = false) {
    grpc::ClientContext context;
    context.set_wait_for_ready(patient);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    v1::ListQueuesResponse response;
    return stub_->ListQueues(&context, {}, &response).error_code();
  }

 private:
  std::unique_ptr<v1::Muster::Stub> stub_;
};

TEST_CASE("one connection too many is closed at once, and the others are served") {
  const Crowded server;
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < kMost; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    CHECK(clients.back()->Ask() == grpc::OK);
  }
  CHECK(HttpClient(server.port()).Closed());
  Client late(server.port());
  CHECK(late.Ask() == grpc::UNAVAILABLE);
  for (const auto& client : clients) CHECK(client->Ask() == grpc::OK);

  clients.pop_back();
  CHECK(late.Ask(/*patient=*/true) == grpc::OK);
  CHECK(HttpClient(server.port()).Closed());
  for (const auto& client : clients) CHECK(client->Ask() == grpc::OK);
}

TEST_CASE("who says nothing, or nonsense, takes a place only while it is connected") {
  const Crowded server;
  Client client(server.port());
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<HttpClient>> silent;
    for (size_t i = 0; i < kMost; ++i)
      silent.push_back(std::make_unique<HttpClient>(server.port()));
    silent.clear();
    CHECK(client.Ask(/*patient=*/true) == grpc::OK);
  }
  // It closes these itself.
  for (size_t i = 0; i < 3 * kMost; ++i) {
    HttpClient nonsense(server.port());
    nonsense.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    nonsense.UntilClosed();
  }
  Client another(server.port());
  CHECK(another.Ask(/*patient=*/true) == grpc::OK);
}

// All places are taken by clients that say `hello` and no more; somebody else gets one all the
// same.
void CheckThatPlacesComeFree(const GrpcSettings& settings, const std::string& hello) {
  const Crowded server(settings);
  std::vector<std::unique_ptr<HttpClient>> useless;
  for (size_t i = 0; i < kMost; ++i) {
    useless.push_back(std::make_unique<HttpClient>(server.port()));
    useless.back()->Send(hello);
  }
  Client patient(server.port());
  CHECK(patient.Ask(/*patient=*/true) == grpc::OK);
}

TEST_CASE("who does not begin to speak gRPC in time is closed") {
  GrpcSettings settings;
  settings.handshake = absl::Milliseconds(300);
  CheckThatPlacesComeFree(settings, "");
  CheckThatPlacesComeFree(settings, "PRI * HT");
}

TEST_CASE("who asks nothing for too long is closed") {
  GrpcSettings settings;
  settings.idle = absl::Milliseconds(300);
  // HTTP/2's preface and settings without one in them (RFC 9113, 3.4): all that a client must say.
  const std::string hello =
      std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string("\0\0\0\x04\0\0\0\0\0", 9);
  CheckThatPlacesComeFree(settings, hello);
}

}  // namespace
}  // namespace muster::daemon
