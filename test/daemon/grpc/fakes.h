// SPDX-License-Identifier: Apache-2.0
// A daemon that answers at once, and an API server that knows three people.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/daemon/grpc/grpc_server.h"
#include "scheduler/daemon/view/decision_ring.h"

namespace muster::daemon {

class CannedQuestions : public Questions {
 public:
  DecisionRing ring{256};
  std::atomic<bool> hangs{false};  // until the caller's patience is over

  absl::StatusOr<v1::ListQueuesResponse> ListQueues(const v1::ListQueuesRequest&,
                                                    const Sight& sight,
                                                    absl::Duration patience) override {
    if (hangs) return absl::DeadlineExceededError(absl::FormatDuration(patience));
    v1::ListQueuesResponse response;
    response.add_queues()->set_path(Told(sight));
    return response;
  }
  absl::StatusOr<v1::ListGangsResponse> ListGangs(const v1::ListGangsRequest&, const Sight& sight,
                                                  absl::Duration) override {
    v1::ListGangsResponse response;
    response.add_gangs()->set_name(Told(sight));
    return response;
  }
  absl::StatusOr<v1::Explanation> Explain(const v1::ExplainRequest& request, const Sight& sight,
                                          absl::Duration) override {
    if (request.name() == "nobody") return absl::NotFoundError("no gang or pod \"nobody\"");
    v1::Explanation answer;
    answer.set_message(Told(sight));
    return answer;
  }
  absl::StatusOr<v1::ListNodesResponse> ListNodes(const v1::ListNodesRequest&, const Sight&,
                                                  absl::Duration) override {
    return v1::ListNodesResponse();
  }
  absl::StatusOr<std::string> DumpState(absl::Duration) override {
    return std::string(1'000'000, 'x');
  }
  absl::StatusOr<v1::WhatIfResponse> WhatIf(const v1::WhatIfRequest& request,
                                            absl::Duration) override {
    v1::WhatIfResponse response;
    response.add_would()->set_message(absl::StrCat(request.config().size()));
    return response;
  }
  absl::StatusOr<v1::GetCostResponse> GetCost(const v1::GetCostRequest&, const Sight&,
                                              absl::Duration) override {
    return absl::UnimplementedError("this daemon does not answer what work has cost");
  }
  absl::StatusOr<std::vector<v1::Decision>> DecisionsAfter(int64_t after, int most,
                                                           const Sight& sight,
                                                           absl::Duration patience) override {
    int64_t until = 0;
    std::vector<v1::Decision> decisions;
    for (const auto& entry :
         ring.After(after, static_cast<size_t>(most), sight, patience, &until)) {
      decisions.push_back(Render(*entry, sight));
    }
    return decisions;
  }

  void Decide(const std::string& ns, const std::string& name, const std::string& queue = "q") {
    Decided decided;
    decided.ns = ns;
    decided.name = name;
    decided.queue = queue;
    ring.Add(decided);
  }

 private:
  static std::string Told(const Sight& sight) {
    return sight.namespaces.has_value() ? absl::StrJoin(*sight.namespaces, ",") : "all";
  }
};

// Tokens: "admin" may all; "tenant" what it may in namespace team; "nobody" nothing.
class FakeAuthorizer : public Authorizer {
 public:
  std::atomic<bool> revoked{false};

  absl::StatusOr<Caller> WhoIs(const std::string& token, absl::Duration) override {
    if (token != "admin" && token != "tenant" && token != "nobody") {
      return absl::UnauthenticatedError("the bearer token is not valid, or no longer");
    }
    Caller caller;
    caller.name = token;
    return caller;
  }
  absl::StatusOr<bool> May(const Caller& caller, const Access& access, absl::Duration) override {
    if (revoked) return false;
    return caller.name == "admin" || (caller.name == "tenant" && access.ns == "team");
  }
};

}  // namespace muster::daemon
