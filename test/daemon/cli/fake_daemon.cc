// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/cli/fake_daemon.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace muster::daemon::cli {
namespace {

bool Has(const google::protobuf::RepeatedPtrField<std::string>& wanted, const std::string& word) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), word) != wanted.end();
}

}  // namespace

FakeDaemon::FakeDaemon() { Serve(grpc::InsecureServerCredentials()); }

FakeDaemon::FakeDaemon(const std::string& certificate, const std::string& key) {
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({key, certificate});
  Serve(grpc::SslServerCredentials(options));
}

FakeDaemon::~FakeDaemon() { server_->Shutdown(std::chrono::system_clock::now()); }

void FakeDaemon::Serve(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

std::string FakeDaemon::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

std::unique_lock<std::mutex> FakeDaemon::Take(Context* context) const {
  if (hangs) ++hanging;
  while (hangs && !context->IsCancelled()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::unique_lock<std::mutex>(Turn());
}

std::mutex& Turn() {
  static std::mutex turn;
  return turn;
}

grpc::Status FakeDaemon::Enter(Context* context) {
  const auto found = context->client_metadata().find("authorization");
  authorization = found == context->client_metadata().end()
                      ? ""
                      : std::string(found->second.data(), found->second.size());
  if (!token.empty() && authorization != absl::StrCat("Bearer ", token)) {
    return {grpc::StatusCode::UNAUTHENTICATED, "the API server does not know this token"};
  }
  return status;
}

grpc::Status FakeDaemon::ListQueues(Context* context, const v1::ListQueuesRequest* request,
                                    v1::ListQueuesResponse* response) {
  std::unique_lock<std::mutex> turn = Take(context);
  queues_request = *request;
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  *response = queues;
  if (request->under().empty()) return grpc::Status::OK;
  response->clear_queues();
  for (const v1::Queue& queue : queues.queues()) {
    if (queue.path() == request->under() || queue.parent() == request->under()) {
      *response->add_queues() = queue;
    }
  }
  if (!response->queues().empty()) return grpc::Status::OK;
  return {grpc::StatusCode::NOT_FOUND, absl::StrCat("no queue \"", request->under(), "\"")};
}

grpc::Status FakeDaemon::ListGangs(Context* context, const v1::ListGangsRequest* request,
                                   v1::ListGangsResponse* response) {
  std::unique_lock<std::mutex> turn = Take(context);
  if (request->page_token().empty()) gangs_request = *request;
  ++pages;
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  if (request->queue() == "etlx") return {grpc::StatusCode::NOT_FOUND, "no queue \"etlx\""};
  std::vector<v1::Gang> found;
  for (const v1::Gang& gang : gangs) {
    const bool here = request->namespace_().empty() || request->namespace_() == gang.namespace_();
    if (here && Has(request->states(), gang.state())) found.push_back(gang);
  }
  size_t at = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &at)) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "page_token"};
  }
  const size_t end = std::min(found.size(), at + static_cast<size_t>(request->page_size()));
  for (size_t i = at; i < end; ++i) *response->add_gangs() = found[i];
  if (end < found.size()) response->set_next_page_token(absl::StrCat(end));
  if (endless) response->set_next_page_token(absl::StrCat(at));
  response->set_total(static_cast<int64_t>(found.size()));
  *response->mutable_at() = queues.at();
  return grpc::Status::OK;
}

grpc::Status FakeDaemon::Explain(Context* context, const v1::ExplainRequest* request,
                                 v1::Explanation* response) {
  std::unique_lock<std::mutex> turn = Take(context);
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  for (const v1::Explanation& explanation : explanations) {
    const v1::Gang& gang = explanation.gang();
    if (gang.namespace_() != request->namespace_() || gang.name() != request->name()) continue;
    *response = explanation;
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND,
          absl::StrCat("no gang or pod \"", request->namespace_(), "/", request->name(), "\"")};
}

grpc::Status FakeDaemon::WatchDecisions(Context* context, const v1::WatchDecisionsRequest* request,
                                        grpc::ServerWriter<v1::Decision>* writer) {
  std::unique_lock<std::mutex> turn = Take(context);
  decisions_request = *request;
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  for (const v1::Decision& decision : decisions) writer->Write(decision);
  turn.unlock();
  while (!request->once() && !context->IsCancelled()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return grpc::Status::OK;
}

grpc::Status FakeDaemon::DumpState(Context* context, const v1::DumpStateRequest* /*request*/,
                                   grpc::ServerWriter<v1::DumpStateChunk>* writer) {
  std::unique_lock<std::mutex> turn = Take(context);
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  for (const std::string& text : dump) {
    v1::DumpStateChunk chunk;
    chunk.set_text(text);
    writer->Write(chunk);
  }
  if (cut) return {grpc::StatusCode::UNAVAILABLE, "stopping"};
  return grpc::Status::OK;
}

grpc::Status FakeDaemon::GetCost(Context* context, const v1::GetCostRequest* request,
                                 v1::GetCostResponse* response) {
  std::unique_lock<std::mutex> turn = Take(context);
  cost_request = *request;
  if (grpc::Status entered = Enter(context); !entered.ok()) return entered;
  *response = cost;
  return grpc::Status::OK;
}

}  // namespace muster::daemon::cli
