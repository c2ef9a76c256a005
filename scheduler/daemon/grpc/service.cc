// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/grpc/dump_stream.h"
#include "scheduler/daemon/grpc/status_of.h"

namespace muster::daemon {
namespace {

constexpr absl::string_view kBusy = "too many questions at once; ask again later";

// Fills the response, where there is one.
template <typename Response>
absl::Status Give(absl::StatusOr<Response> answer, Response* response) {
  if (answer.ok()) response->Swap(&*answer);
  return answer.status();
}

// Of a watch: the namespace that it is about; empty: none in particular.
std::string NamespaceOf(const v1::WatchDecisionsRequest& request) {
  if (!request.namespace_().empty()) return request.namespace_();
  const size_t slash = request.gang().find('/');
  return slash == std::string::npos ? "" : request.gang().substr(0, slash);
}

}  // namespace

grpc::ServerUnaryReactor* Service::Serve(Context* context, Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Time by = absl::Now() + PatienceOf(*context, kPatience);
  const bool taken = hands_->Take(
      [reactor, by, work = std::move(work), authorization = AuthorizationOf(*context)] {
        const Left left = [by] { return std::max(by - absl::Now(), absl::ZeroDuration()); };
        absl::Status status = absl::DeadlineExceededError("no time left to answer");
        if (left() > absl::ZeroDuration()) status = work(authorization, left);
        reactor->Finish(GrpcStatusOf(status));
      });
  if (!taken) reactor->Finish(GrpcStatusOf(absl::ResourceExhaustedError(kBusy)));
  return reactor;
}

grpc::ServerUnaryReactor* Service::ListQueues(Context* context,
                                              const v1::ListQueuesRequest* request,
                                              v1::ListQueuesResponse* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::StatusOr<Sight> sight = gate_->QueueSightOf(authorization, left());
    if (!sight.ok()) return sight.status();
    return Give(questions_->ListQueues(*request, *sight, left()), response);
  });
}

grpc::ServerUnaryReactor* Service::ListGangs(Context* context, const v1::ListGangsRequest* request,
                                             v1::ListGangsResponse* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::StatusOr<Sight> sight =
        gate_->SightOf(authorization, "list", "gangs", request->namespace_(), left());
    if (!sight.ok()) return sight.status();
    return Give(questions_->ListGangs(*request, *sight, left()), response);
  });
}

grpc::ServerUnaryReactor* Service::Explain(Context* context, const v1::ExplainRequest* request,
                                           v1::Explanation* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::StatusOr<Sight> sight =
        gate_->SightOf(authorization, "get", "gangs", request->namespace_(), left());
    if (!sight.ok()) return sight.status();
    return Give(questions_->Explain(*request, *sight, left()), response);
  });
}

grpc::ServerWriteReactor<v1::Decision>* Service::WatchDecisions(
    Context* context, const v1::WatchDecisionsRequest* request) {
  return streams_->Open(
      *request, [this, authorization = AuthorizationOf(*context), ns = NamespaceOf(*request)] {
        return gate_->SightOf(authorization, "watch", "gangs", ns, kPatience);
      });
}

grpc::ServerUnaryReactor* Service::ListNodes(Context* context, const v1::ListNodesRequest* request,
                                             v1::ListNodesResponse* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::Status admitted = gate_->Admit(authorization, {"list", "nodes", ""}, left());
    if (!admitted.ok()) return admitted;
    return Give(questions_->ListNodes(*request, Sight{}, left()), response);
  });
}

grpc::ServerWriteReactor<v1::DumpStateChunk>* Service::DumpState(Context* context,
                                                                 const v1::DumpStateRequest*) {
  const std::shared_ptr<DumpStream> stream = DumpStream::Make([this] { --dumps_; });
  if (++dumps_ > kDumps) {
    stream->End(absl::ResourceExhaustedError(
        absl::StrCat(kDumps, " dumps are under way already; ask again later")));
    return stream.get();
  }
  const bool taken = hands_->Take([this, stream, authorization = AuthorizationOf(*context)] {
    const absl::Status admitted = gate_->Admit(authorization, {"get", "state", ""}, kPatience);
    if (!admitted.ok()) return stream->End(admitted);
    absl::StatusOr<std::string> text = questions_->DumpState(kPatience);
    if (!text.ok()) return stream->End(text.status());
    stream->Begin(*std::move(text));
  });
  if (!taken) stream->End(absl::ResourceExhaustedError(kBusy));
  return stream.get();
}

grpc::ServerUnaryReactor* Service::WhatIf(Context* context, const v1::WhatIfRequest* request,
                                          v1::WhatIfResponse* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::Status admitted = gate_->Admit(authorization, {"get", "state", ""}, left());
    if (!admitted.ok()) return admitted;
    return Give(questions_->WhatIf(*request, left()), response);
  });
}

grpc::ServerUnaryReactor* Service::GetCost(Context* context, const v1::GetCostRequest* request,
                                           v1::GetCostResponse* response) {
  return Serve(context, [=, this](const std::string& authorization, const Left& left) {
    const absl::StatusOr<Sight> sight = gate_->SightOf(authorization, "get", "costs", "", left());
    if (!sight.ok()) return sight.status();
    return Give(questions_->GetCost(*request, *sight, left()), response);
  });
}

}  // namespace muster::daemon
