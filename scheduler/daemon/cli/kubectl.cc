// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/kubectl.h"

#include <simdjson.h>

#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace muster::daemon::cli {
namespace {

using simdjson::dom::element;

// A field that may be missing, or be of another type.
std::string Text(const simdjson::simdjson_result<element>& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

// The user of the kubeconfig runs that program, as client-go does: it prints an ExecCredential.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
absl::StatusOr<std::string> TokenOfProgram(const element& exec, const Until& until) {
  std::vector<std::string> words = {Text(exec["command"])};
  simdjson::dom::array list;
  if (exec["args"].get(list) == simdjson::SUCCESS) {
    for (const element word : list) words.push_back(Text(element(word)));
  }
  std::vector<std::string> more = {
      absl::StrCat("KUBERNETES_EXEC_INFO={\"apiVersion\":\"", Text(exec["apiVersion"]),
                   "\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}")};
  if (exec["env"].get(list) == simdjson::SUCCESS) {
    for (const element pair : list) {
      more.push_back(absl::StrCat(Text(pair["name"]), "=", Text(pair["value"])));
    }
  }
  absl::StatusOr<Child> program = Child::Start(words, more);
  if (!program.ok()) return program.status();
  const absl::StatusOr<std::string> said = program->AwaitEnd(until);
  if (!said.ok()) return said.status();
  simdjson::dom::parser parser;
  element credential;
  if (parser.parse(*said).get(credential) != simdjson::SUCCESS) {
    return absl::FailedPreconditionError(
        absl::StrCat(words[0], ": expected an ExecCredential in JSON"));
  }
  return Text(credential["status"]["token"]);
}

absl::StatusOr<std::string> TokenOfUser(const element& user, const Until& until) {
  if (const std::string file = Text(user["tokenFile"]); !file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return absl::FailedPreconditionError(absl::StrCat("tokenFile ", file, ": not read"));
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  }
  if (const std::string token = Text(user["token"]); !token.empty()) return token;
  element exec;
  if (user["exec"].get(exec) != simdjson::SUCCESS || !exec.is_object()) return "";
  return TokenOfProgram(exec, until);
}

absl::Status Refused(const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return status;
  return absl::UnauthenticatedError(
      absl::StrCat("no token from the kubeconfig: ", status.message()));
}

}  // namespace

std::vector<std::string> Kubectl::Command(std::vector<std::string> words) const {
  words.insert(words.begin(), "kubectl");
  if (!kubeconfig_.empty()) words.push_back(absl::StrCat("--kubeconfig=", kubeconfig_));
  if (!context_.empty()) words.push_back(absl::StrCat("--context=", context_));
  return words;
}

absl::StatusOr<std::string> Kubectl::Token(const Until& until) const {
  absl::StatusOr<Child> kubectl =
      Child::Start(Command({"config", "view", "--raw", "--minify", "--output=json"}));
  if (!kubectl.ok()) return Refused(kubectl.status());
  const absl::StatusOr<std::string> said = kubectl->AwaitEnd(until);
  if (!said.ok()) return Refused(said.status());
  simdjson::dom::parser parser;
  element config;
  element user;
  if (parser.parse(*said).get(config) != simdjson::SUCCESS ||
      config["users"].at(0)["user"].get(user) != simdjson::SUCCESS) {
    return "";
  }
  const absl::StatusOr<std::string> token = TokenOfUser(user, until);
  if (!token.ok()) return Refused(token.status());
  return std::string(absl::StripAsciiWhitespace(*token));
}

absl::StatusOr<std::string> Kubectl::CreateToken(const ObjectName& account,
                                                 const Until& until) const {
  absl::StatusOr<Child> kubectl = Child::Start(
      Command({"create", "token", account.name, absl::StrCat("--namespace=", account.ns)}));
  if (!kubectl.ok()) return Refused(kubectl.status());
  const absl::StatusOr<std::string> said = kubectl->AwaitEnd(until);
  if (!said.ok()) return Refused(said.status());
  return std::string(absl::StripAsciiWhitespace(*said));
}

std::string Kubectl::Leader(const ObjectName& service, const Until& until) const {
  absl::StatusOr<Child> kubectl =
      Child::Start(Command({"get", "lease", service.name, absl::StrCat("--namespace=", service.ns),
                            "--output=jsonpath={.spec.holderIdentity}"}));
  if (!kubectl.ok()) return "";
  const absl::StatusOr<std::string> holder = kubectl->AwaitEnd(until);
  if (!holder.ok()) return "";
  // "POD_PLACE", as kube/identity.h makes it.
  return holder->substr(0, holder->find('_'));
}

absl::StatusOr<Kubectl::Forward> Kubectl::PortForward(const ObjectName& service,
                                                      absl::string_view port,
                                                      const Until& until) const {
  constexpr absl::string_view kLead = "Forwarding from ";
  const auto unavailable = [&](const absl::Status& status) {
    if (absl::IsDeadlineExceeded(status)) return status;
    return absl::UnavailableError(absl::StrCat("no way to the Service ", ToString(service), ": ",
                                               status.message(),
                                               "; --server or MUSTER_SERVER names another"));
  };
  const std::string leader = Leader(service, until);
  const std::string to =
      leader.empty() ? absl::StrCat("service/", service.name) : absl::StrCat("pod/", leader);
  absl::StatusOr<Child> kubectl =
      Child::Start(Command({"port-forward", absl::StrCat("--namespace=", service.ns),
                            "--address=127.0.0.1", to, absl::StrCat(":", port)}));
  if (!kubectl.ok()) return unavailable(kubectl.status());
  // "Forwarding from 127.0.0.1:40123 -> 9443"
  const absl::StatusOr<std::string> line = kubectl->AwaitLine(kLead, until);
  if (!line.ok()) return unavailable(line.status());
  const absl::string_view rest = absl::string_view(*line).substr(kLead.size());
  return Forward{*std::move(kubectl), std::string(rest.substr(0, rest.find(' '))), to};
}

}  // namespace muster::daemon::cli
