// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/grpc_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "scheduler/daemon/grpc/library_log.h"
#include "scheduler/kube/certificate_pair.h"

namespace muster::daemon {
namespace {

constexpr size_t kThreads = 4;
constexpr size_t kTasks = 128;
constexpr size_t kBuffers = size_t{64} << 20;  // of all connections
constexpr int kStreamsOfConnection = 32;
constexpr unsigned kReadCertificateSeconds = 10;

// Clients that are gone, idle, or busy with nothing but pings.
void BoundConnections(const GrpcSettings& settings, grpc::ServerBuilder* builder) {
  const auto milliseconds = [](absl::Duration time) {
    return static_cast<int>(absl::ToInt64Milliseconds(time));
  };
  builder->SetMaxReceiveMessageSize(GrpcServer::kLargestRequest);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, GrpcServer::kLargestHeaders);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsOfConnection);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                              milliseconds(settings.handshake));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, milliseconds(settings.idle));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 3);
  grpc::ResourceQuota quota("muster");
  quota.Resize(kBuffers);
  builder->SetResourceQuota(quota);
}

std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const GrpcSettings& settings) {
  if (settings.certificate.empty()) return grpc::InsecureServerCredentials();
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      settings.key, settings.certificate, kReadCertificateSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace

bool IsLoopback(const HostPort& address) {
  return address.host == "localhost" || address.host == "::1" ||
         (absl::StartsWith(address.host, "127.") &&
          address.host.find_first_not_of("0123456789.") == std::string::npos);
}

GrpcServer::GrpcServer(Questions* questions, const Gate* gate)
    : hands_(kThreads, kTasks),
      streams_(questions, &hands_),
      service_(questions, gate, &hands_, &streams_) {}

GrpcServer::~GrpcServer() {
  Stop();
  LogLibrary(nullptr);
}

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Listen(const GrpcSettings& settings,
                                                               Questions* questions,
                                                               const Gate* gate, Log* log) {
  if (!settings.certificate.empty()) {
    const absl::Status pair = kube::CheckCertificatePair(settings.certificate, settings.key);
    if (!pair.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--grpc-cert and --grpc-key: ", pair.message()));
    }
  }
  LogLibrary(log);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::unique_ptr<GrpcServer> server(new GrpcServer(questions, gate));
  absl::StatusOr<std::unique_ptr<ConnectionDoor>> door =
      ConnectionDoor::Open(settings.listen, settings.most_connections, log);
  if (!door.ok()) {
    return absl::Status(door.status().code(),
                        absl::StrCat("--grpc-listen: ", door.status().message()));
  }
  server->door_ = *std::move(door);
  server->port_ = server->door_->port();
  grpc::ServerBuilder builder;
  BoundConnections(settings, &builder);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      CredentialsFor(settings));
  builder.RegisterService(&server->service_);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("--grpc-listen ", ToString(settings.listen), ": gRPC cannot be started"));
  }
  server->door_->Serve(std::move(acceptor));
  server->SetServing(false);
  return server;
}

void GrpcServer::SetServing(bool serving) {
  if (server_ == nullptr) return;
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  health->SetServingStatus("muster.v1.Muster", serving);
}

void GrpcServer::Stop() {
  if (stopped_ || server_ == nullptr) return;
  stopped_ = true;
  door_.reset();
  SetServing(false);
  streams_.Stop();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
}

}  // namespace muster::daemon
