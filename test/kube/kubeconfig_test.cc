// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/kubeconfig.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

// A folder with files, gone at the end.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/muster-kubeconfig-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string Config(const std::string& cluster, const std::string& user) {
  return absl::StrCat("apiVersion: v1\nkind: Config\ncurrent-context: dev\n",
                      "contexts:\n- name: prod\n  context: {cluster: p, user: p}\n",
                      "- name: dev\n  context: {cluster: c, user: u, namespace: team}\n",
                      "clusters:\n- name: c\n  cluster:\n", cluster,
                      "- name: p\n  cluster: {server: 'https://prod:6443'}\n",
                      "users:\n- name: u\n  user:\n", user,
                      "- name: p\n  user: {token: prod-token}\n");
}

TEST_CASE("the current context gives server, authority, client and namespace") {
  Folder folder;
  folder.Write("ca.pem", "CA");
  folder.Write("key.pem", "KEY");
  const std::string file = folder.Write(
      "config", Config("    server: https://127.0.0.1:6443/\n    certificate-authority: ca.pem\n",
                       absl::StrCat("    client-certificate-data: ", absl::Base64Escape("CERT"),
                                    "\n    client-key: ", folder.path(), "/key.pem\n")));
  const absl::StatusOr<Credentials> read = ReadKubeconfig(file);
  REQUIRE(read.ok());
  CHECK(read->server == "https://127.0.0.1:6443");
  CHECK(read->ca == "CA");
  CHECK(read->certificate == "CERT");
  CHECK(read->key == "KEY");
  CHECK(read->ns == "team");
  CHECK_FALSE(read->insecure);
  const absl::StatusOr<Credentials> other = ReadKubeconfig(file, "prod");
  REQUIRE(other.ok());
  CHECK(other->server == "https://prod:6443");
  CHECK(other->token == "prod-token");
}

TEST_CASE("tokens come as text or as a file beside the kubeconfig") {
  Folder folder;
  const std::string server =
      "    server: http://127.0.0.1:8080\n    insecure-skip-tls-verify: true\n";
  const auto inline_token = ReadKubeconfig(folder.Write("a", Config(server, "    token: abc\n")));
  REQUIRE(inline_token.ok());
  CHECK(inline_token->token == "abc");
  CHECK(inline_token->insecure);
  const auto file_token = ReadKubeconfig(folder.Write("b", Config(server, "    tokenFile: tok\n")));
  REQUIRE(file_token.ok());
  CHECK(file_token->token_file == folder.path() + "/tok");
}

TEST_CASE("what cannot be honoured is refused with file, line and what was expected") {
  Folder folder;
  const std::string server = "    server: https://a:1\n";
  const auto error = [&](const std::string& cluster, const std::string& user) {
    const auto read = ReadKubeconfig(folder.Write("config", Config(cluster, user)));
    return std::string(read.status().message()).substr(folder.path().size() + 1);
  };
  CHECK(error(server, "    exec: {command: aws}\n") ==
        "config:18:11: exec: not supported; expected a client certificate, token or tokenFile");
  CHECK(
      absl::StrContains(error("    server: a:1\n", "    token: x\n"), "expected an https:// URL"));
  CHECK(absl::StrContains(error(server + "    certificate-authority: absent\n", "    token: x\n"),
                          "absent: cannot be read"));
  CHECK(absl::StrContains(error(server + "    certificate-authority-data: '%'\n", "    token: x\n"),
                          "certificate-authority-data: expected base64"));
  CHECK(
      absl::StrContains(error(server, "    client-key-data: eA==\n"), "expected both or neither"));
  const auto context = ReadKubeconfig(folder.Write("c", Config(server, "    token: x\n")), "nope");
  CHECK(
      absl::StrContains(context.status().message(), "contexts: expected an entry named \"nope\""));
  CHECK(absl::IsNotFound(ReadKubeconfig(folder.path() + "/absent").status()));
  CHECK(absl::IsInvalidArgument(ReadKubeconfig(folder.Write("d", "{")).status()));
  CHECK(absl::IsInvalidArgument(ReadKubeconfig(folder.Write("e", "")).status()));
}

TEST_CASE("in a cluster the service account's folder and the environment say it all") {
  Folder folder;
  unsetenv("KUBERNETES_SERVICE_HOST");
  CHECK(absl::IsNotFound(InClusterCredentials(folder.path()).status()));
  setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  CHECK(absl::StrContains(InClusterCredentials(folder.path()).status().message(), "/ca.crt"));
  folder.Write("ca.crt", "CA");
  folder.Write("token", "tok\n");
  folder.Write("namespace", "muster-system");
  const absl::StatusOr<Credentials> read = InClusterCredentials(folder.path());
  unsetenv("KUBERNETES_SERVICE_HOST");
  REQUIRE(read.ok());
  CHECK(read->server == "https://[fd00::1]:443");
  CHECK(read->ca == "CA");
  CHECK(read->token == "tok");
  CHECK(read->token_file == folder.path() + "/token");
  CHECK(read->ns == "muster-system");
}

}  // namespace
}  // namespace muster::kube
