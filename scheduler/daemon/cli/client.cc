// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/client.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/address.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/program.h"
#include "scheduler/daemon/version.h"

namespace muster::daemon::cli {
namespace {

constexpr int kMostReceived = 64 << 20;
constexpr char kPortName[] = "grpc";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// gRPC writes log lines of its own to stderr; what matters of them is in the status, too.
void QuietLibrary() {
  if (Environment("GRPC_VERBOSITY").empty()) gpr_set_log_function([](gpr_log_func_args*) {});
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFor(const Address& address,
                                                                         const ClientFlags& flags) {
  if (address.plain) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!flags.ca_file.empty()) {
    absl::StatusOr<std::string> authorities = ReadFile(flags.ca_file);
    if (!authorities.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--ca-file: ", authorities.status().message()));
    }
    options.pem_root_certs = *std::move(authorities);
  }
  return grpc::SslCredentials(options);
}

absl::StatusCode CodeOf(const grpc::Status& status) {
  return static_cast<absl::StatusCode>(status.error_code());
}

// A header's value: a token with a line feed in it would be another header.
bool IsHeaderValue(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(const ClientFlags& flags, int given_up) {
  QuietLibrary();
  std::unique_ptr<Client> client(new Client);
  client->timeout_ = flags.timeout;
  const absl::Time deadline = absl::Now() + flags.timeout;
  client->first_deadline_ = deadline;
  const Until until(deadline, given_up);
  Address address;
  const std::string named = flags.server.empty() ? Environment("MUSTER_SERVER") : flags.server;
  if (!named.empty()) {
    absl::StatusOr<Address> read = ReadAddress(named, {flags.insecure, !flags.ca_file.empty()});
    if (!read.ok()) return read.status();
    address = *std::move(read);
  }
  const bool plain = named.empty() ? flags.ca_file.empty() : address.plain;
  if (absl::Status found = client->FindToken(flags, plain, until); !found.ok()) return found;
  grpc::ChannelArguments arguments;
  std::string name = flags.tls_server_name;
  if (named.empty()) {
    absl::StatusOr<Kubectl::Forward> forward =
        Kubectl(flags.kubeconfig, flags.context).PortForward(flags.service, kPortName, until);
    if (!forward.ok()) return forward.status();
    // The way is encrypted as far as the daemon's own pod, where it ends at a loopback address.
    address = Address{forward->target, plain, true};
    client->forward_.emplace(*std::move(forward));
    if (name.empty()) name = absl::StrCat(flags.service.name, ".", flags.service.ns, ".svc");
  }
  const absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials =
      CredentialsFor(address, flags);
  if (!credentials.ok()) return credentials.status();
  if (!address.plain && !name.empty()) arguments.SetSslTargetNameOverride(name);
  arguments.SetMaxReceiveMessageSize(kMostReceived);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, address.loopback ? 0 : 1);
  client->target_ = address.target;
  client->channel_ = grpc::CreateCustomChannel(address.target, *credentials, arguments);
  client->stub_ = v1::Muster::NewStub(client->channel_);
  return client;
}

absl::Status Client::FindToken(const ClientFlags& flags, bool plain, const Until& until) {
  const Kubectl kubectl(flags.kubeconfig, flags.context);
  if (!flags.token.empty()) {
    token_ = flags.token;
    token_origin_ = "--token";
  } else if (!flags.token_file.empty()) {
    absl::StatusOr<std::string> text = ReadFile(flags.token_file);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--token-file: ", text.status().message()));
    }
    token_ = std::string(absl::StripAsciiWhitespace(*text));
    token_origin_ = "--token-file";
  } else if (!flags.account.name.empty()) {
    absl::StatusOr<std::string> made = kubectl.CreateToken(flags.account, until);
    if (!made.ok()) return made.status();
    token_ = *std::move(made);
    token_origin_ = ToString(flags.account);
  } else if (token_ = Environment("MUSTER_TOKEN"); !token_.empty()) {
    token_origin_ = "MUSTER_TOKEN";
  } else if (plain) {
    // Such a daemon asks for none, and nobody proves there that it is the daemon.
    token_origin_ = "the command line";
  } else {
    // Without one the daemon is asked all the same, and says what it wants.
    absl::StatusOr<std::string> found = kubectl.Token(until);
    token_origin_ = "the kubeconfig";
    if (found.ok()) {
      token_ = *std::move(found);
    } else {
      token_origin_ = std::string(found.status().message());
    }
  }
  if (!IsHeaderValue(token_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the token of ", token_origin_, ": expected one word of printable ASCII"));
  }
  return absl::OkStatus();
}

absl::Time Client::Deadline() {
  return std::exchange(first_deadline_, std::nullopt).value_or(absl::Now() + timeout_);
}

Client::Asking::Asking(Client* client, grpc::ClientContext* context) : client_(client) {
  const std::lock_guard<std::mutex> guard(client->lock_);
  client->asked_ = context;
  if (client->cancelled_) context->TryCancel();
}

Client::Asking::~Asking() {
  const std::lock_guard<std::mutex> guard(client_->lock_);
  client_->asked_ = nullptr;
}

void Client::Cancel() {
  const std::lock_guard<std::mutex> guard(lock_);
  cancelled_ = true;
  if (asked_ != nullptr) asked_->TryCancel();
}

bool Client::Reached(absl::Time deadline) {
  grpc_connectivity_state state = channel_->GetState(true);
  while (state != GRPC_CHANNEL_READY) {
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel_->WaitForStateChange(state, absl::ToChronoTime(deadline))) return false;
    state = channel_->GetState(true);
  }
  return true;
}

void Client::Prepare(grpc::ClientContext* context, absl::Time deadline) {
  if (deadline != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(deadline));
  if (!token_.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

absl::Status Client::Explained(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  const std::string said = Cut(Shown(status.error_message()), 1000);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      if (channel_->GetState(false) == GRPC_CHANNEL_READY) return absl::UnavailableError(said);
      return absl::UnavailableError(absl::StrCat("no daemon answers at ", target_, ": ", said));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(
          absl::StrCat("no answer from ", target_, " in ", absl::FormatDuration(timeout_)));
    case grpc::StatusCode::UNAUTHENTICATED:
      return absl::UnauthenticatedError(
          token_.empty()
              ? absl::StrCat(said, "; no token was sent (", token_origin_,
                             " has none): --account NS/NAME, --token-file or MUSTER_TOKEN give one")
              : absl::StrCat(said, "; the token was that of ", token_origin_));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(absl::StrCat("the daemon at ", target_,
                                                   " does not know this question; ", Program(),
                                                   " is ", kVersion, ", the daemon may be older"));
    default: return absl::Status(CodeOf(status), said.empty() ? "the daemon failed" : said);
  }
}

}  // namespace muster::daemon::cli
