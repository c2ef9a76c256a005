// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/kinds.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/config_map_codec.h"
#include "scheduler/codec/node_codec.h"
#include "scheduler/codec/pod_codec.h"
#include "scheduler/kube/api_error.h"

namespace muster::kube {
namespace {

class PodKind : public WatchedKind {
 public:
  absl::string_view name() const override { return "pods"; }
  absl::string_view path() const override { return "/api/v1/pods"; }
  absl::string_view selector() const override { return ""; }

  absl::Status Decode(absl::string_view raw, SeenObject* seen) override {
    Pod& pod = std::get<PodSeen>(seen->event.emplace(PodSeen())).pod;
    absl::Status decoded = decoder_.Decode(raw, &pod, &seen->resource_version);
    if (!decoded.ok()) return decoded;
    seen->key = absl::StrCat(pod.ns, "/", pod.name);
    seen->uid = pod.uid;
    return absl::OkStatus();
  }

  std::optional<Event> Gone(const std::string&, const std::string& uid) override {
    return PodGone{uid};
  }

 private:
  codec::PodDecoder decoder_;
};

class NodeKind : public WatchedKind {
 public:
  explicit NodeKind(std::function<void(std::string)> problem) : problem_(std::move(problem)) {}

  absl::string_view name() const override { return "nodes"; }
  absl::string_view path() const override { return "/api/v1/nodes"; }
  absl::string_view selector() const override { return ""; }

  absl::Status Decode(absl::string_view raw, SeenObject* seen) override {
    absl::StatusOr<codec::DecodedNode> decoded = codec::DecodeNode(raw);
    if (!decoded.ok()) return decoded.status();
    if (!decoded->problem.empty()) problem_(std::move(decoded->problem));
    *seen = {decoded->node.name, decoded->node.uid, std::move(decoded->resource_version),
             std::nullopt};
    seen->event = NodeSeen{std::move(decoded->node)};
    return absl::OkStatus();
  }

  std::optional<Event> Gone(const std::string& key, const std::string&) override {
    return NodeGone{key};
  }

 private:
  std::function<void(std::string)> problem_;
};

class ConfigMapKind : public WatchedKind {
 public:
  explicit ConfigMapKind(ConfigSource source)
      : source_(std::move(source)),
        path_(absl::StrCat("/api/v1/namespaces/", source_.ns, "/configmaps")),
        selector_(absl::StrCat("fieldSelector=", EscapeQuery("metadata.name=" + source_.name))) {}

  absl::string_view name() const override { return "configmaps"; }
  absl::string_view path() const override { return path_; }
  absl::string_view selector() const override { return selector_; }

  absl::Status Decode(absl::string_view raw, SeenObject* seen) override {
    absl::StatusOr<codec::ConfigMap> map = codec::DecodeConfigMap(raw);
    if (!map.ok()) return map.status();
    *seen = {absl::StrCat(map->ns, "/", map->name), map->uid, std::move(map->resource_version),
             std::nullopt};
    const auto text = map->entries.find(source_.key);
    if (text != map->entries.end()) seen->event = source_.read(text->second, map->uid);
    return absl::OkStatus();
  }

  // A config that was deleted stays in force: its absence is more likely a slip than a wish.
  std::optional<Event> Gone(const std::string&, const std::string&) override {
    return std::nullopt;
  }

 private:
  ConfigSource source_;
  std::string path_;
  std::string selector_;
};

}  // namespace

std::unique_ptr<WatchedKind> Pods() { return std::make_unique<PodKind>(); }

std::unique_ptr<WatchedKind> Nodes(std::function<void(std::string)> problem) {
  return std::make_unique<NodeKind>(std::move(problem));
}

std::unique_ptr<WatchedKind> OneConfigMap(ConfigSource source) {
  return std::make_unique<ConfigMapKind>(std::move(source));
}

}  // namespace muster::kube
