// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/grpc_server.h"

#include <catch2/catch.hpp>
#include <thread>

#include "grpcpp/create_channel.h"
#include "test/daemon/grpc/fakes.h"
#include "test/daemon/grpc/health_client.h"

namespace muster::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// A server on plain loopback, whose callers have to show a token unless it is open.
class Running {
 public:
  explicit Running(bool open = false)
      : gate(open ? Gate() : Gate(&authorizer, [](absl::Duration) {
          return std::vector<std::string>{"other", "team"};
        })) {
    GrpcSettings settings;
    settings.listen = {"127.0.0.1", 0};
    auto listening = GrpcServer::Listen(settings, &questions, &gate, nullptr);
    REQUIRE(listening.ok());
    server = *std::move(listening);
    Dial();
  }

  // A connection of its own.
  void Dial() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server->port()),
                                        grpc::InsecureChannelCredentials(), arguments);
    stub = v1::Muster::NewStub(channel);
  }

  CannedQuestions questions;
  FakeAuthorizer authorizer;
  Gate gate;
  std::unique_ptr<GrpcServer> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Muster::Stub> stub;
};

void Authorize(grpc::ClientContext* context, const std::string& token) {
  if (!token.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  context->set_deadline(system_clock::now() + std::chrono::minutes(2));
}

// The code, and the words or what was answered.
std::pair<grpc::StatusCode, std::string> Gangs(Running* running, const std::string& token,
                                               const std::string& ns = "") {
  grpc::ClientContext context;
  Authorize(&context, token);
  v1::ListGangsRequest request;
  request.set_namespace_(ns);
  v1::ListGangsResponse response;
  const grpc::Status status = running->stub->ListGangs(&context, request, &response);
  return {status.error_code(), status.ok() ? response.gangs(0).name() : status.error_message()};
}

using Answer = std::pair<grpc::StatusCode, std::string>;

TEST_CASE("a caller sees what RBAC grants: all, its namespaces, or a sentence that says what not") {
  Running running;
  CHECK(Gangs(&running, "admin") == Answer{grpc::OK, "all"});
  CHECK(Gangs(&running, "admin", "other") == Answer{grpc::OK, "all"});
  CHECK(Gangs(&running, "tenant") == Answer{grpc::OK, "team"});
  CHECK(Gangs(&running, "tenant", "team") == Answer{grpc::OK, "team"});
  CHECK(Gangs(&running, "tenant", "other") ==
        Answer{grpc::PERMISSION_DENIED, "tenant may not list gangs.muster.dev in namespace other"});
  CHECK(Gangs(&running, "nobody") ==
        Answer{grpc::PERMISSION_DENIED,
               "nobody may not list gangs.muster.dev of all namespaces; name one in which it may"});
  CHECK(Gangs(&running, "expired") ==
        Answer{grpc::UNAUTHENTICATED, "the bearer token is not valid, or no longer"});
  CHECK(Gangs(&running, "").first == grpc::UNAUTHENTICATED);
}

TEST_CASE("what has no namespaces needs a grant for the cluster; queues need one anywhere") {
  Running running;
  const auto nodes = [&running](const std::string& token) {
    grpc::ClientContext context;
    Authorize(&context, token);
    v1::ListNodesResponse response;
    return running.stub->ListNodes(&context, {}, &response).error_code();
  };
  CHECK(nodes("admin") == grpc::OK);
  CHECK(nodes("tenant") == grpc::PERMISSION_DENIED);
  const auto queues = [&running](const std::string& token) {
    grpc::ClientContext context;
    Authorize(&context, token);
    v1::ListQueuesResponse response;
    const grpc::Status status = running.stub->ListQueues(&context, {}, &response);
    return Answer{status.error_code(),
                  status.ok() ? response.queues(0).path() : status.error_message()};
  };
  CHECK(queues("admin") == Answer{grpc::OK, "all"});
  CHECK(queues("tenant") == Answer{grpc::OK, "team"});
  CHECK(queues("nobody") ==
        Answer{grpc::PERMISSION_DENIED, "nobody may not list queues.muster.dev"});
}

TEST_CASE("on plain loopback nobody is asked for a token") {
  Running running(true);
  CHECK(Gangs(&running, "") == Answer{grpc::OK, "all"});
}

TEST_CASE("an unknown gang is NOT_FOUND in the words of the answer, and what is missing says so") {
  Running running;
  grpc::ClientContext context;
  Authorize(&context, "tenant");
  v1::ExplainRequest request;
  request.set_namespace_("team");
  request.set_name("nobody");
  v1::Explanation answer;
  const grpc::Status status = running.stub->Explain(&context, request, &answer);
  CHECK(status.error_code() == grpc::NOT_FOUND);
  CHECK(status.error_message() == "no gang or pod \"nobody\"");
  grpc::ClientContext cost;
  Authorize(&cost, "admin");
  v1::GetCostResponse none;
  CHECK(running.stub->GetCost(&cost, {}, &none).error_code() == grpc::UNIMPLEMENTED);
}

TEST_CASE("a request above 1 MiB is refused, one below it is read") {
  Running running;
  const auto ask = [&running](size_t bytes) {
    grpc::ClientContext context;
    Authorize(&context, "admin");
    v1::WhatIfRequest request;
    request.set_config(std::string(bytes, 'x'));
    v1::WhatIfResponse response;
    return running.stub->WhatIf(&context, request, &response).error_code();
  };
  CHECK(ask(1'000'000) == grpc::OK);
  CHECK(ask(1'100'000) == grpc::RESOURCE_EXHAUSTED);
  CHECK(ask(1'000) == grpc::OK);
}

// gRPC may close the connection on which they came, sooner or later.
TEST_CASE("headers above 32 KiB are refused, and others are served") {
  Running running;
  const auto ask = [&running](size_t bytes) {
    grpc::ClientContext context;
    Authorize(&context, "admin");
    context.AddMetadata("padding", std::string(bytes, 'x'));
    v1::ListQueuesResponse response;
    return running.stub->ListQueues(&context, {}, &response).error_code();
  };
  CHECK(ask(16 << 10) == grpc::OK);
  CHECK(ask(40 << 10) == grpc::RESOURCE_EXHAUSTED);
  running.Dial();
  CHECK(ask(16 << 10) == grpc::OK);
}

TEST_CASE("a call waits no longer than its deadline, nor than the server's own limit") {
  Running running;
  running.questions.hangs = true;
  const auto patience = [&running](std::chrono::seconds deadline) {
    grpc::ClientContext context;
    Authorize(&context, "admin");
    context.set_deadline(system_clock::now() + deadline);
    v1::ListQueuesResponse response;
    const grpc::Status status = running.stub->ListQueues(&context, {}, &response);
    CHECK(status.error_code() == grpc::DEADLINE_EXCEEDED);
    INFO(status.error_message());
    absl::Duration left;
    CHECK(absl::ParseDuration(status.error_message(), &left));
    return left;
  };
  CHECK(patience(std::chrono::hours(1)) <= Service::kPatience);
  CHECK(patience(std::chrono::seconds(3)) < absl::Seconds(4));
}

TEST_CASE("a watcher gets the past that it asks for, then what happens, and what it may see") {
  Running running;
  running.questions.Decide("team", "a");
  running.questions.Decide("other", "b");
  running.questions.Decide("team", "c", "p");
  const auto watch = [&running](grpc::ClientContext* context, const std::string& token,
                                const v1::WatchDecisionsRequest& request) {
    Authorize(context, token);
    auto reader = running.stub->WatchDecisions(context, request);
    reader->WaitForInitialMetadata();
    return reader;
  };
  v1::WatchDecisionsRequest request;
  request.set_recent(10);
  grpc::ClientContext all, some, none;
  const auto everything = watch(&all, "admin", request);
  const auto tenants = watch(&some, "tenant", request);
  request.set_recent(0);
  request.set_queue("q");
  const auto filtered = watch(&none, "admin", request);
  running.questions.Decide("other", "d", "p");
  running.questions.Decide("team", "e");
  const auto read = [](auto& reader, int count) {
    std::vector<std::pair<int64_t, std::string>> got;
    v1::Decision decision;
    while (count-- > 0 && reader->Read(&decision)) {
      got.emplace_back(decision.number(), decision.gang());
    }
    return got;
  };
  using Got = std::vector<std::pair<int64_t, std::string>>;
  CHECK(read(everything, 5) ==
        Got{{1, "team/a"}, {2, "other/b"}, {3, "team/c"}, {4, "other/d"}, {5, "team/e"}});
  CHECK(read(tenants, 3) == Got{{1, "team/a"}, {3, "team/c"}, {5, "team/e"}});
  CHECK(read(filtered, 1) == Got{{5, "team/e"}});
  for (grpc::ClientContext* context : {&all, &some, &none}) context->TryCancel();
  for (const auto* reader : {&everything, &tenants, &filtered}) {
    CHECK((*reader)->Finish().error_code() == grpc::CANCELLED);
  }
}

TEST_CASE("a watch from before the first decision begins with the first") {
  Running running;
  grpc::ClientContext context;
  Authorize(&context, "admin");
  const auto reader = running.stub->WatchDecisions(&context, {});
  reader->WaitForInitialMetadata();
  running.questions.Decide("team", "a");
  v1::Decision decision;
  REQUIRE(reader->Read(&decision));
  CHECK(decision.number() == 1);
  context.TryCancel();
  reader->Finish();
}

TEST_CASE("a watch of the past alone ends by itself, also where there is none") {
  Running running;
  const auto read = [&running](int recent) {
    grpc::ClientContext context;
    Authorize(&context, "admin");
    v1::WatchDecisionsRequest request;
    request.set_recent(recent);
    request.set_once(true);
    const auto reader = running.stub->WatchDecisions(&context, request);
    std::vector<int64_t> numbers;
    v1::Decision decision;
    while (reader->Read(&decision)) numbers.push_back(decision.number());
    CHECK(reader->Finish().ok());
    return numbers;
  };
  CHECK(read(10).empty());
  for (int i = 0; i < 300; ++i) running.questions.Decide("team", "a");
  CHECK(read(2) == std::vector<int64_t>{299, 300});
  CHECK(read(200).size() == 200);
  CHECK(read(0).empty());
}

TEST_CASE("a reader that does not read gets a gap in the numbers, and the end") {
  Running running;
  grpc::ClientContext context;
  Authorize(&context, "admin");
  const auto reader = running.stub->WatchDecisions(&context, {});
  reader->WaitForInitialMetadata();
  // Far more than the ring and the connection's windows hold.
  const std::string name(1000, 'n');
  for (int i = 0; i < 5000; ++i) {
    running.questions.Decide("team", name);
    if (i % 100 == 0) std::this_thread::sleep_for(milliseconds(1));
  }
  v1::Decision decision;
  int64_t got = 0;
  int64_t last = 0;
  while (last < 5000 && reader->Read(&decision)) {
    CHECK(decision.number() > last);
    last = decision.number();
    ++got;
  }
  CHECK(last == 5000);
  CHECK(got < 5000);
  context.TryCancel();
  reader->Finish();
}

TEST_CASE("what a watch may not ask or see is refused, and more watchers than there may be") {
  Running running;
  const auto refused = [&running](const std::string& token, int recent, const std::string& gang) {
    grpc::ClientContext context;
    Authorize(&context, token);
    v1::WatchDecisionsRequest request;
    request.set_recent(recent);
    request.set_gang(gang);
    const auto reader = running.stub->WatchDecisions(&context, request);
    v1::Decision decision;
    CHECK_FALSE(reader->Read(&decision));
    return reader->Finish();
  };
  CHECK(refused("tenant", 0, "other/a").error_message() ==
        "tenant may not watch gangs.muster.dev in namespace other");
  CHECK(refused("expired", 0, "").error_code() == grpc::UNAUTHENTICATED);
  CHECK(refused("admin", 1001, "").error_message() == "recent: 1001: expected 0 to 1000");
}

TEST_CASE("a dump comes in pieces") {
  Running running;
  grpc::ClientContext context;
  Authorize(&context, "admin");
  const auto reader = running.stub->DumpState(&context, {});
  v1::DumpStateChunk chunk;
  size_t bytes = 0;
  int pieces = 0;
  while (reader->Read(&chunk)) {
    bytes += chunk.text().size();
    ++pieces;
  }
  CHECK(reader->Finish().ok());
  CHECK(bytes == 1'000'000);
  CHECK(pieces == 4);
  grpc::ClientContext other;
  Authorize(&other, "tenant");
  const auto none = running.stub->DumpState(&other, {});
  CHECK_FALSE(none->Read(&chunk));
  CHECK(none->Finish().error_message() == "tenant may not get state.muster.dev");
}

TEST_CASE("health follows what the daemon says") {
  Running running;
  CHECK(HealthOf(running.channel, "") == "NOT_SERVING");
  running.server->SetServing(true);
  CHECK(HealthOf(running.channel, "") == "SERVING");
  CHECK(HealthOf(running.channel, "muster.v1.Muster") == "SERVING");
}

TEST_CASE("a stop ends open streams within a second, and its readers know") {
  Running running;
  grpc::ClientContext context;
  Authorize(&context, "admin");
  const auto reader = running.stub->WatchDecisions(&context, {});
  reader->WaitForInitialMetadata();
  std::thread stopper([&running] { running.server->Stop(); });
  v1::Decision decision;
  CHECK_FALSE(reader->Read(&decision));
  const grpc::Status status = reader->Finish();
  CHECK(status.error_code() == grpc::UNAVAILABLE);
  stopper.join();
}

}  // namespace
}  // namespace muster::daemon
