// SPDX-License-Identifier: Apache-2.0
// How the daemon is found: TLS, through kubectl, and with the kubeconfig's token. kubectl is a
// script here that answers as kubectl does.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "test/daemon/cli/canned.h"
#include "test/daemon/cli/command.h"
#include "test/kube/test_certificates.h"

namespace muster::daemon::cli {
namespace {

// kubectl: the config view prints `user`, the port-forward goes to `port` and leaves its process id
// in a file.
void AddKubectl(Tools* tools, int port, const std::string& user) {
  tools->Add("kubectl", absl::StrCat("echo \"$*\" >>", tools->folder(), "/calls\n",
                                     "case \"$1\" in\n"
                                     "config) cat <<'JSON'\n{\"users\": [{\"name\": \"me\", "
                                     "\"user\": ",
                                     user,
                                     "}]}\nJSON\n;;\n"
                                     "create) echo made-token ;;\n"
                                     "get) test \"$3\" = muster && "
                                     "echo muster-7d9f-x2x4k_0123456789abcdef ;;\n"
                                     "port-forward) echo $$ >",
                                     tools->folder(), "/pid; echo 'Forwarding from 127.0.0.1:",
                                     port, " -> 9443'; exec sleep 600 ;;\nesac\n"));
}

// A daemon with TLS, whose authority is in a file.
class SecureDaemon {
 public:
  SecureDaemon() : key_(authority_.Sign("muster", true)), daemon_(key_.certificate, key_.key) {
    FillCanned(&daemon_);
    std::ofstream(ca()) << authority_.pem();
  }
  FakeDaemon* operator->() { return &daemon_; }
  std::string ca() const { return tools_.folder() + "/ca.crt"; }
  std::string at() const { return absl::StrCat("127.0.0.1:", daemon_.port()); }

 private:
  Tools tools_;
  kube::TestAuthority authority_;
  kube::SignedKey key_;
  FakeDaemon daemon_;
};

Outcome RunWith(const Tools& tools, std::vector<std::string> arguments) {
  return RunMuster({std::move(arguments), {{"PATH", tools.path()}}});
}

std::string FileText(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

TEST_CASE("without an address the daemon is reached by kubectl port-forward, which ends with it") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Tools tools;
  AddKubectl(&tools, daemon.port(), R"({"token": "of-the-config"})");
  const Outcome outcome = RunWith(tools, {"queues", "--kubeconfig=some/file", "--context", "prod"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == RunMuster(daemon.url(), {"queues"}).out);
  CHECK(FileText(tools.folder() + "/calls") ==
        "get lease muster --namespace=muster-system --output=jsonpath={.spec.holderIdentity} "
        "--kubeconfig=some/file --context=prod\n"
        "port-forward --namespace=muster-system --address=127.0.0.1 pod/muster-7d9f-x2x4k :grpc "
        "--kubeconfig=some/file --context=prod\n");
  const int pid = std::stoi(FileText(tools.folder() + "/pid"));
  CHECK(kill(pid, 0) != 0);
  CHECK(RunWith(tools, {"queues", "--service", "other/name"}).code == 0);
  CHECK(absl::StrContains(FileText(tools.folder() + "/calls"),
                          "--namespace=other --address=127.0.0.1 service/name :grpc"));
}

// What stands behind `subjectAltName=` in deploy/README.md.
std::string NamesOfManual() {
  const std::string text = FileText(std::string(MUSTER_SOURCE_DIR) + "/deploy/README.md");
  const std::string key = "subjectAltName=";
  const size_t begin = text.find(key);
  REQUIRE(begin != std::string::npos);
  const size_t names = begin + key.size();
  return text.substr(names, text.find_first_of(" \n", names) - names);
}

TEST_CASE("a certificate made as the manual says is good for the way through kubectl") {
  kube::TestAuthority authority;
  Tools tools;
  const std::string ca = tools.folder() + "/ca.crt";
  std::ofstream(ca) << authority.pem();
  const auto ask = [&](const std::string& names) {
    const kube::SignedKey key = authority.SignServer(names);
    FakeDaemon daemon(key.certificate, key.key);
    FillCanned(&daemon);
    AddKubectl(&tools, daemon.port(), R"({"token": "of-the-config"})");
    return RunWith(tools, {"queues", "--ca-file", ca});
  };
  const Outcome outcome = ask(NamesOfManual());
  CHECK(outcome.err.empty());
  CHECK(outcome.code == 0);
  CHECK(ask("DNS:muster-grpc.muster-system.svc,DNS:localhost,IP:127.0.0.1").code == kUnavailable);
}

TEST_CASE("what kubectl cannot do is told in its words") {
  Tools tools;
  tools.Add("kubectl",
            "echo 'Warning: about something' >&2\n"
            "echo 'error: services \"muster\" not found' >&2\nexit 1\n");
  Outcome outcome = RunWith(tools, {"queues"});
  CHECK(outcome.code == kUnavailable);
  CHECK(outcome.err ==
        "muster: no way to the Service muster-system/muster: kubectl: error: services \"muster\" "
        "not found; --server or MUSTER_SERVER names another\n");
  outcome = RunWith(tools, {"queues", "--account", "team-a/reader"});
  CHECK(outcome.code == kUnauthenticated);
  tools.Add("kubectl", "exec sleep 600\n");
  outcome = RunWith(tools, {"queues", "--timeout=200ms"});
  CHECK(outcome.code == kTimeout);
  CHECK(absl::StrContains(outcome.err, "kubectl: no answer in time"));
  outcome = RunMuster({{"queues"}, {}});
  CHECK(outcome.code == kUnavailable);
  CHECK(absl::StrContains(outcome.err, "kubectl is not in PATH"));
}

TEST_CASE("the kubeconfig's token: written, in a file, of a program, or made for an account") {
  SecureDaemon daemon;
  Tools tools;
  const std::string file = tools.folder() + "/token";
  std::ofstream(file) << "in-a-file\n";
  const std::string program = tools.Add(
      "login",
      "test \"$1\" = get-token && test \"$AS\" = me || exit 1\n"
      "case \"$KUBERNETES_EXEC_INFO\" in *client.authentication.k8s.io/v1*) ;; *) exit 1 ;; esac\n"
      "echo '{\"kind\": \"ExecCredential\", \"status\": {\"token\": \"of-a-program\"}}'\n");
  const std::string exec = absl::StrCat(
      R"({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": ")", program,
      R"(", "args": ["get-token"], "env": [{"name": "AS", "value": "me"}]}})");
  for (const auto& [user, token] : std::vector<std::pair<std::string, std::string>>{
           {R"({"token": "written"})", "written"},
           {absl::StrCat(R"({"token": "written", "tokenFile": ")", file, R"("})"), "in-a-file"},
           {exec, "of-a-program"},
           {R"({"client-certificate-data": "LS0t"})", ""}}) {
    AddKubectl(&tools, daemon->port(), user);
    const Outcome outcome =
        RunWith(tools, {"queues", "--server", daemon.at(), "--ca-file", daemon.ca()});
    CHECK(outcome.err.empty());
    CHECK(outcome.code == 0);
    CHECK(daemon->authorization == (token.empty() ? "" : "Bearer " + token));
  }
  const std::vector<std::string> through = {
      "queues", "--account=team-a/reader", "--tls-server-name=127.0.0.1", "--ca-file", daemon.ca()};
  const Outcome outcome = RunWith(tools, through);
  CHECK(outcome.err.empty());
  CHECK(outcome.code == 0);
  CHECK(daemon->authorization == "Bearer made-token");
  CHECK(absl::StrContains(FileText(tools.folder() + "/calls"),
                          "create token reader --namespace=team-a\n"));
}

TEST_CASE("the kubeconfig's token is not sent in the clear, one that is given is") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Tools tools;
  AddKubectl(&tools, daemon.port(), R"({"token": "of-the-config"})");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"queues"}, {"queues", "--server", daemon.url()}}) {
    CHECK(RunWith(tools, arguments).code == 0);
    CHECK(daemon.authorization.empty());
  }
  CHECK(RunWith(tools, {"queues", "--token", "given"}).code == 0);
  CHECK(daemon.authorization == "Bearer given");
}

TEST_CASE("TLS: the authority is checked, and the name") {
  SecureDaemon daemon;
  for (const std::string& server : {daemon.at(), "https://" + daemon.at()}) {
    const Outcome outcome = RunMuster(server, {"queues", "--ca-file", daemon.ca()});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(RunMuster(server, {"queues"}).code == kUnavailable);
    CHECK(RunMuster(server, {"queues", "--ca-file", daemon.ca(), "--tls-server-name=other"}).code ==
          kUnavailable);
  }
  CHECK(RunMuster("http://" + daemon.at(), {"queues"}).code == kUnavailable);
  CHECK(RunMuster(daemon.at(), {"queues", "--insecure"}).code == kUnavailable);
}

TEST_CASE("an address of this machine without a scheme is plain") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const std::string at = absl::StrCat("127.0.0.1:", daemon.port());
  CHECK(RunMuster(at, {"queues"}).code == 0);
  CHECK(RunMuster(at, {"queues", "--insecure"}).code == 0);
  CHECK(RunMuster("https://" + at, {"queues"}).code == kUnavailable);
  CHECK(RunMuster("http://" + at + "/", {"queues"}).code == 0);
}

}  // namespace
}  // namespace muster::daemon::cli
