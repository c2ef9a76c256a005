// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/node_codec.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "k8s/cluster.pb.h"
#include "scheduler/codec/quantity.h"
#include "scheduler/codec/role_codec.h"

namespace muster::codec {
namespace {

// What a node has is rounded down where a pod's request is rounded up: there is never more room
// than there is. Nanos per unit counted: a milli-core, or a whole piece.
int64_t RoundDown(absl::string_view name, Quantity amount) {
  const int64_t unit = name == kCpu ? 1'000'000 : 1'000'000'000;
  const absl::int128 floor = amount.nanos() / unit;
  constexpr absl::int128 kMax = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::clamp<absl::int128>(floor, 0, kMax));
}

}  // namespace

absl::StatusOr<DecodedNode> DecodeNode(absl::string_view raw) {
  google::protobuf::Arena arena;
  auto* message = google::protobuf::Arena::CreateMessage<k8s::Node>(&arena);
  if (!message->ParseFromArray(raw.data(), static_cast<int>(raw.size()))) {
    return absl::InvalidArgumentError("malformed protobuf in a Node");
  }
  DecodedNode out;
  Node& node = out.node;
  out.resource_version = message->metadata().resource_version();
  node.name = message->metadata().name();
  node.uid = message->metadata().uid();
  node.labels.assign(message->metadata().labels().begin(), message->metadata().labels().end());
  std::sort(node.labels.begin(), node.labels.end());
  node.unschedulable = message->spec().unschedulable();
  for (const k8s::Taint& from : message->spec().taints()) {
    Taint taint{from.key(), from.value(), TaintEffect::kNoSchedule};
    // An effect of a later release: kept as the strictest that keeps new pods off.
    ReadTaintEffect(from.effect(), &taint.effect);
    node.taints.push_back(std::move(taint));
  }
  for (const auto& [name, quantity] : message->status().allocatable()) {
    const absl::StatusOr<Quantity> amount = ParseQuantity(quantity.string());
    if (amount.ok()) {
      node.allocatable.Set(name, RoundDown(name, *amount));
      continue;
    }
    std::string problem = absl::StrCat("node ", node.name, ": status.allocatable.", name, ": ",
                                       amount.status().message());
    if (out.problem.empty() || problem < out.problem) out.problem = std::move(problem);
  }
  return out;
}

}  // namespace muster::codec
