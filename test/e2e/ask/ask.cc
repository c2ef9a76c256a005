// SPDX-License-Identifier: Apache-2.0
// ask ADDRESS METHOD [JSON]: one call to muster.v1.Muster, its answer as JSON on stdout, of a
// stream one line each. Environment: ASK_TOKEN, a bearer token; ASK_CA, a PEM file: TLS, trusting
// that; ASK_NAME, the name expected in the certificate; ASK_FIRST, so many of a stream, then it
// hangs up. Exit status: 0, or gRPC's code with "CODE: message" on stderr.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "muster/v1/muster.grpc.pb.h"

namespace {

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  const std::string ca = Environment("ASK_CA");
  if (ca.empty()) {
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }
  std::ifstream file(ca);
  std::stringstream pem;
  pem << file.rdbuf();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = pem.str();
  if (const std::string name = Environment("ASK_NAME"); !name.empty()) {
    arguments.SetSslTargetNameOverride(name);
  }
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(options), arguments);
}

grpc::ByteBuffer Packed(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool Print(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return false;
  if (!message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) return false;
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  google::protobuf::util::MessageToJsonString(*message, &json, options);
  std::cout << json << std::endl;
  return true;
}

int Fail(int code, const std::string& why) {
  std::cerr << code << ": " << why << std::endl;
  return code;
}

}  // namespace

int main(int count, char** values) {
  if (count < 3) return Fail(64, "expected ADDRESS METHOD [JSON]");
  const std::string service = muster::v1::Muster::service_full_name();
  const auto* const method =
      muster::v1::ExplainRequest::descriptor()->file()->service(0)->FindMethodByName(values[2]);
  if (method == nullptr) return Fail(64, std::string("no method ") + values[2]);
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  const std::unique_ptr<google::protobuf::Message> request(
      factory->GetPrototype(method->input_type())->New());
  const std::unique_ptr<google::protobuf::Message> response(
      factory->GetPrototype(method->output_type())->New());
  if (count > 3 && !google::protobuf::util::JsonStringToMessage(values[3], request.get()).ok()) {
    return Fail(64, std::string("no such request: ") + values[3]);
  }
  grpc::GenericStub stub(ChannelTo(values[1]));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  if (const std::string token = Environment("ASK_TOKEN"); !token.empty()) {
    context.AddMetadata("authorization", "Bearer " + token);
  }
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool good = false;
  const auto call = stub.PrepareCall(&context, "/" + service + "/" + values[2], &queue);
  const auto next = [&] { return queue.Next(&tag, &good) && good; };
  call->StartCall(nullptr);
  if (next()) {
    call->WriteLast(Packed(*request), grpc::WriteOptions(), nullptr);
    next();
  }
  const std::string first = Environment("ASK_FIRST");
  int left = first.empty() ? -1 : std::atoi(first.c_str());
  grpc::ByteBuffer bytes;
  for (call->Read(&bytes, nullptr); left != 0 && next(); call->Read(&bytes, nullptr)) {
    if (!Print(bytes, response.get())) return Fail(65, "an answer that cannot be read");
    if (--left == 0) return std::fflush(stdout), std::_Exit(0), 0;
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  if (status.ok()) return 0;
  return Fail(status.error_code(), status.error_message());
}
