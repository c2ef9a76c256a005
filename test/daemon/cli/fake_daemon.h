// SPDX-License-Identifier: Apache-2.0
// A daemon that answers with what it was given, on a loopback port of its own; it remembers what it
// was asked. Threads of gRPC call it under `Turn()`. A test may read and change it while no command
// runs (RunMuster takes the turn once before and after); else it takes the turn itself.
#pragma once

#include <grpcpp/server.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "muster/v1/muster.grpc.pb.h"

namespace muster::daemon::cli {

std::mutex& Turn();

class FakeDaemon : public v1::Muster::Service {
 public:
  FakeDaemon();
  // With TLS, by that certificate and key.
  FakeDaemon(const std::string& certificate, const std::string& key);
  ~FakeDaemon() override;

  // "http://127.0.0.1:PORT"
  std::string url() const;
  int port() const { return port_; }

  // The answers.
  v1::ListQueuesResponse queues;
  std::vector<v1::Gang> gangs;  // filtered by namespace and state, in pages
  std::vector<v1::Explanation> explanations;
  std::vector<v1::Decision> decisions;
  std::vector<std::string> dump;  // chunks
  v1::GetCostResponse cost;
  grpc::Status status;              // of all answers, unless OK
  std::string token;                // expected, if not empty
  std::atomic<bool> hangs = false;  // answers when the caller has gone
  bool endless = false;             // the last page of gangs names itself as the next
  bool cut = false;                 // the dump fails after its chunks

  // What was asked.
  v1::ListGangsRequest gangs_request;  // of the first page
  v1::ListQueuesRequest queues_request;
  v1::WatchDecisionsRequest decisions_request;
  v1::GetCostRequest cost_request;
  std::string authorization;
  mutable std::atomic<int> hanging = 0;  // questions that wait while it hangs, ever
  int pages = 0;

 private:
  using Context = grpc::ServerContext;
  void Serve(const std::shared_ptr<grpc::ServerCredentials>& credentials);
  std::unique_lock<std::mutex> Take(Context* context) const;
  grpc::Status Enter(Context* context);

  grpc::Status ListQueues(Context* context, const v1::ListQueuesRequest* request,
                          v1::ListQueuesResponse* response) override;
  grpc::Status ListGangs(Context* context, const v1::ListGangsRequest* request,
                         v1::ListGangsResponse* response) override;
  grpc::Status Explain(Context* context, const v1::ExplainRequest* request,
                       v1::Explanation* response) override;
  grpc::Status WatchDecisions(Context* context, const v1::WatchDecisionsRequest* request,
                              grpc::ServerWriter<v1::Decision>* writer) override;
  grpc::Status DumpState(Context* context, const v1::DumpStateRequest* request,
                         grpc::ServerWriter<v1::DumpStateChunk>* writer) override;
  grpc::Status GetCost(Context* context, const v1::GetCostRequest* request,
                       v1::GetCostResponse* response) override;

  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace muster::daemon::cli
