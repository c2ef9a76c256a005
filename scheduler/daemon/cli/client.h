// SPDX-License-Identifier: Apache-2.0
// The daemon, as the read commands see it: found, connected to and asked under a deadline.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "muster/v1/muster.grpc.pb.h"
#include "scheduler/daemon/cli/client_flags.h"
#include "scheduler/daemon/cli/kubectl.h"

namespace muster::daemon::cli {

class Client {
 public:
  using Stub = v1::Muster::Stub;

  // Says nothing to the daemon yet. Programs that it needs (kubectl) have ended or answer when this
  // returns, at most --timeout later; sooner where `given_up`, an eventfd, is written to. The way
  // ends with the thread that asks for it. Errors in words for people, by code as in exit_codes.h.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(const ClientFlags& flags,
                                                         int given_up = -1);
  // Who is asked: "pod/muster-7d9f" behind kubectl, else the address.
  const std::string& daemon() const { return forward_ ? forward_->to : target_; }

  // One question, e.g. Ask(&Client::Stub::Explain, request, &response). At most --timeout, which
  // for the first question includes the time that Connect took.
  template <typename Request, typename Response>
  absl::Status Ask(grpc::Status (Stub::*question)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response* response) {
    grpc::ClientContext context;
    Prepare(&context, Deadline());
    const Asking asking(this, &context);
    return Explained((stub_.get()->*question)(&context, request, response));
  }
  // From any thread: the question that is being asked, and all later ones, end at once.
  void Cancel();

  // For streams: the token and the deadline go along; then the stub is asked, and how it ended is
  // put in words.
  void Prepare(grpc::ClientContext* context, absl::Time deadline);
  absl::Time Deadline();
  // Waits for a connection: a stream without a deadline must not wait for one for ever.
  bool Reached(absl::Time deadline);
  Stub* stub() { return stub_.get(); }
  absl::Status Explained(const grpc::Status& status) const;

 private:
  // Makes a question known to Cancel while it is asked.
  class Asking {
   public:
    Asking(Client* client, grpc::ClientContext* context);
    ~Asking();
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

   private:
    Client* client_;
  };

  Client() = default;
  // The kubeconfig's is sent over TLS alone.
  absl::Status FindToken(const ClientFlags& flags, bool plain, const Until& until);

  std::optional<Kubectl::Forward> forward_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
  std::string target_;
  std::string token_;
  std::string token_origin_;  // for who is told that it is refused
  absl::Duration timeout_;
  std::optional<absl::Time> first_deadline_;

  std::mutex lock_;
  grpc::ClientContext* asked_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace muster::daemon::cli
