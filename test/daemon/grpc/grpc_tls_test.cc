// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "grpcpp/create_channel.h"
#include "test/daemon/grpc/fakes.h"
#include "test/kube/test_certificates.h"

namespace muster::daemon {
namespace {

class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "muster-tls-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file) << text;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

grpc::Status Ask(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel =
      grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port), credentials, arguments);
  const auto stub = v1::Muster::NewStub(channel);
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer admin");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  v1::ListQueuesResponse response;
  return stub->ListQueues(&context, {}, &response);
}

TEST_CASE("behind a certificate a caller that trusts its authority is answered, and no other") {
  kube::TestAuthority authority, another;
  const kube::SignedKey signed_key = authority.Sign("muster.test", true);
  const Folder folder;
  CannedQuestions questions;
  FakeAuthorizer authorizer;
  const Gate gate(&authorizer, [](absl::Duration) { return std::vector<std::string>{"team"}; });
  GrpcSettings settings;
  settings.listen = {"127.0.0.1", 0};
  settings.certificate = folder.Write("tls.crt", signed_key.certificate);
  settings.key = folder.Write("tls.key", signed_key.key);
  const auto server = GrpcServer::Listen(settings, &questions, &gate, nullptr);
  REQUIRE(server.ok());
  const auto trusting = [](const kube::TestAuthority& whom) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = whom.pem();
    return grpc::SslCredentials(options);
  };
  const int port = (*server)->port();
  CHECK(Ask(port, trusting(authority)).error_message() == "");
  CHECK(Ask(port, trusting(another)).error_code() == grpc::UNAVAILABLE);
  CHECK(Ask(port, grpc::InsecureChannelCredentials()).error_code() == grpc::UNAVAILABLE);
}

TEST_CASE("a certificate that is none, or another's, is named before anybody is served") {
  kube::TestAuthority authority;
  const kube::SignedKey one = authority.Sign("muster.test", true);
  const kube::SignedKey two = authority.Sign("muster.test", true);
  const Folder folder;
  CannedQuestions questions;
  const Gate gate;
  const auto refusal = [&](const std::string& certificate, const std::string& key) {
    GrpcSettings settings{{"127.0.0.1", 0}, certificate, key};
    return std::string(GrpcServer::Listen(settings, &questions, &gate, nullptr).status().message());
  };
  const std::string certificate = folder.Write("tls.crt", one.certificate);
  const std::string other = folder.Write("other.key", two.key);
  CHECK(refusal("/nowhere/tls.crt", other) ==
        "--grpc-cert and --grpc-key: /nowhere/tls.crt: expected a file with a PEM certificate");
  CHECK(refusal(other, other) == absl::StrCat("--grpc-cert and --grpc-key: ", other,
                                              ": expected a file with a PEM certificate"));
  CHECK(refusal(certificate, certificate) ==
        absl::StrCat("--grpc-cert and --grpc-key: ", certificate,
                     ": expected a file with a PEM private key"));
  CHECK(refusal(certificate, other) == absl::StrCat("--grpc-cert and --grpc-key: ", other,
                                                    ": expected the key of the certificate in ",
                                                    certificate));
}

TEST_CASE("an address that is taken is named") {
  CannedQuestions questions;
  const Gate gate;
  const auto first = GrpcServer::Listen({{"127.0.0.1", 0}, "", ""}, &questions, &gate, nullptr);
  REQUIRE(first.ok());
  const HostPort taken{"127.0.0.1", (*first)->port()};
  const auto second = GrpcServer::Listen({taken, "", ""}, &questions, &gate, nullptr);
  CHECK(second.status() ==
        absl::UnavailableError(absl::StrCat("--grpc-listen: cannot listen on ", ToString(taken),
                                            ": Address already in use")));
}

}  // namespace
}  // namespace muster::daemon
