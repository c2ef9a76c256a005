// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/grpc_front.h"

#include <utility>

namespace muster::daemon {

absl::StatusOr<std::unique_ptr<GrpcFront>> GrpcFront::Open(const GrpcSettings& settings,
                                                           const kube::Credentials& credentials,
                                                           const kube::BootClock& clock, Desk* desk,
                                                           Log* log) {
  std::unique_ptr<GrpcFront> front(new GrpcFront());
  if (!settings.certificate.empty()) {
    front->reviews_.emplace(credentials, clock);
    front->gate_ = Gate(&*front->reviews_,
                        [desk](absl::Duration patience) { return desk->Namespaces(patience); });
  }
  absl::StatusOr<std::unique_ptr<GrpcServer>> server =
      GrpcServer::Listen(settings, desk, &front->gate_, log);
  if (!server.ok()) return server.status();
  front->server_ = *std::move(server);
  return front;
}

void GrpcFront::SetServing(bool serving) {
  if (serving == serving_) return;
  serving_ = serving;
  server_->SetServing(serving);
}

void GrpcFront::Stop() {
  if (reviews_.has_value()) reviews_->Stop();
  if (server_ != nullptr) server_->Stop();
}

}  // namespace muster::daemon
