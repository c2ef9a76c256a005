// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/kubeconfig.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/codec/yaml.h"

namespace muster::kube {
namespace {

using codec::Quoted;
using codec::YamlNode;

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(file, ": cannot be read"));
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  absl::StatusOr<Credentials> Read(absl::string_view context_name) {
    const absl::StatusOr<std::string> text = ReadFile(file_);
    if (!text.ok()) return text.status();
    absl::StatusOr<YamlNode> root = codec::ParseYaml(file_, *text);
    if (!root.ok()) return root.status();
    const std::string wanted =
        context_name.empty() ? Text(*root, "current-context") : std::string(context_name);
    if (wanted.empty()) Fail(*root, "current-context: expected the name of a context");
    const YamlNode* context = Named(*root, "contexts", "context", wanted);
    const YamlNode* cluster =
        context ? Named(*root, "clusters", "cluster", Text(*context, "cluster")) : nullptr;
    const YamlNode* user =
        context ? Named(*root, "users", "user", Text(*context, "user")) : nullptr;
    if (cluster != nullptr) ReadCluster(*cluster);
    if (user != nullptr) ReadUser(*user);
    if (!status_.ok()) return status_;
    out_.ns = Text(*context, "namespace");
    return out_;
  }

 private:
  void Fail(const YamlNode& node, absl::string_view message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(codec::At(file_, node.mark, message));
  }

  static std::string Text(const YamlNode& map, absl::string_view key) {
    const YamlNode* node = map.Find(key);
    return node != nullptr && node->kind == YamlNode::Kind::kScalar ? node->text : "";
  }

  // The body of the list's entry of that name.
  const YamlNode* Named(const YamlNode& root, absl::string_view list, absl::string_view body,
                        const std::string& name) {
    const YamlNode* items = root.Find(list);
    if (items != nullptr) {
      for (const YamlNode& item : items->items) {
        if (Text(item, "name") == name && item.Find(body) != nullptr) return item.Find(body);
      }
    }
    Fail(items != nullptr ? *items : root,
         absl::StrCat(list, ": expected an entry named ", Quoted(name)));
    return nullptr;
  }

  void Refuse(const YamlNode& map, absl::string_view key, absl::string_view instead) {
    const YamlNode* node = map.Find(key);
    if (node == nullptr || node->kind == YamlNode::Kind::kNull) return;
    Fail(*node, absl::StrCat(key, ": not supported; expected ", instead));
  }

  // KEY-data in base64, else the file named by KEY.
  void ReadPem(const YamlNode& map, absl::string_view key, std::string* out) {
    const std::string encoded_key = absl::StrCat(key, "-data");
    if (const YamlNode* node = map.Find(encoded_key); node != nullptr && !node->text.empty()) {
      if (!absl::Base64Unescape(node->text, out)) {
        Fail(*node, absl::StrCat(encoded_key, ": expected base64"));
      }
      return;
    }
    const YamlNode* node = map.Find(key);
    if (node == nullptr || node->text.empty()) return;
    absl::StatusOr<std::string> text = ReadFile(Beside(node->text));
    if (text.ok())
      *out = *std::move(text);
    else
      Fail(*node, absl::StrCat(key, ": ", text.status().message()));
  }

  std::string Beside(const std::string& path) const {
    const size_t slash = file_.rfind('/');
    if (absl::StartsWith(path, "/") || slash == std::string::npos) return path;
    return absl::StrCat(file_.substr(0, slash + 1), path);
  }

  void ReadCluster(const YamlNode& cluster) {
    out_.server = Text(cluster, "server");
    if (!absl::StartsWith(out_.server, "https://") && !absl::StartsWith(out_.server, "http://")) {
      Fail(cluster, absl::StrCat("server: ", Quoted(out_.server), ": expected an https:// URL"));
    }
    while (absl::EndsWith(out_.server, "/")) out_.server.pop_back();
    Refuse(cluster, "proxy-url", "a server that is reached without a proxy");
    Refuse(cluster, "tls-server-name", "a server URL with the name in its certificate");
    ReadPem(cluster, "certificate-authority", &out_.ca);
    out_.insecure = Text(cluster, "insecure-skip-tls-verify") == "true";
  }

  void ReadUser(const YamlNode& user) {
    for (absl::string_view key : {"exec", "auth-provider", "username"}) {
      Refuse(user, key, "a client certificate, token or tokenFile");
    }
    ReadPem(user, "client-certificate", &out_.certificate);
    ReadPem(user, "client-key", &out_.key);
    if (out_.certificate.empty() != out_.key.empty()) {
      Fail(user, "client-certificate and client-key: expected both or neither");
    }
    out_.token = Text(user, "token");
    if (const std::string file = Text(user, "tokenFile"); !file.empty()) {
      out_.token_file = Beside(file);
    }
  }

  const std::string file_;
  Credentials out_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Credentials> ReadKubeconfig(const std::string& file, absl::string_view context) {
  return Reader(file).Read(context);
}

absl::StatusOr<Credentials> InClusterCredentials(const std::string& folder) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || *host == '\0') {
    return absl::NotFoundError(
        "not in a cluster (KUBERNETES_SERVICE_HOST is not set): expected --kubeconfig FILE");
  }
  const bool six = absl::string_view(host).find(':') != absl::string_view::npos;
  Credentials out;
  out.server = absl::StrCat("https://", six ? "[" : "", host, six ? "]" : "", ":",
                            port != nullptr && *port != '\0' ? port : "443");
  absl::StatusOr<std::string> ca = ReadFile(folder + "/ca.crt");
  if (!ca.ok()) return ca.status();
  out.ca = *std::move(ca);
  out.token_file = folder + "/token";
  const absl::StatusOr<std::string> token = ReadFile(out.token_file);
  if (!token.ok()) return token.status();
  out.token = std::string(absl::StripAsciiWhitespace(*token));
  const absl::StatusOr<std::string> ns = ReadFile(folder + "/namespace");
  if (ns.ok()) out.ns = std::string(absl::StripAsciiWhitespace(*ns));
  return out;
}

}  // namespace muster::kube
