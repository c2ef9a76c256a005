// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/queue_view.h"

#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/version.h"
#include "scheduler/daemon/view/sight.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

constexpr size_t kCodes = static_cast<size_t>(ReasonCode::kForbidden) + 1;

// Of the gangs of a queue and of all below it.
struct Depth {
  int64_t waiting = 0;
  int64_t running = 0;
  std::array<int64_t, kCodes> by_reason = {};
  absl::Time oldest = absl::InfiniteFuture();
};

std::vector<Depth> Depths(const Scene& scene, const Sight& sight) {
  const Tree& tree = scene.state.tree();
  std::vector<Depth> depths(tree.size());
  for (const Gang& gang : scene.state.gangs()) {
    if (!gang.id.valid() || gang.state == GangState::kEnded || !sight.Sees(gang.ns)) continue;
    const bool waits = gang.state == GangState::kWaiting;
    const Verdict* verdict = scene.chronicle.VerdictOf(gang, scene.last);
    for (QueueId id = gang.queue; id.valid(); id = tree.at(id).parent) {
      Depth& depth = depths[id.value];
      ++(waits ? depth.waiting : depth.running);
      if (!waits) continue;
      depth.oldest = std::min(depth.oldest, gang.created);
      if (verdict != nullptr) ++depth.by_reason[static_cast<size_t>(verdict->reason->code)];
    }
  }
  return depths;
}

absl::string_view StateName(const Queue& queue) {
  if (queue.state == QueueState::kClosed) return "closed";
  return queue.draining || queue.state == QueueState::kDraining ? "draining" : "open";
}

void RenderUse(const State& state, const Queue& queue, v1::Queue* out) {
  const ResourceTable& resources = state.resources();
  AddQuantities(resources, queue.guaranteed, 0, out->mutable_guaranteed());
  AddQuantities(resources, queue.max, kUnlimited, out->mutable_max());
  AddQuantitiesOf(resources, state.nodes().total(), queue.used, out->mutable_used());
  AddQuantitiesOf(resources, state.nodes().total(), queue.held, out->mutable_held());
  Amounts taken = queue.used;
  AddScaled(&taken, queue.held, 1);
  uint32_t column = 0;
  out->set_dominant_share(DominantPart(taken, state.nodes().total(), &column));
  if (out->dominant_share() > 0) {
    out->set_dominant_resource(std::string(resources.Name(column)));
  }
  const double share = ToDouble(state.tree().ShareOf(queue.id));
  // Of something that the cluster has none of: as of all of it.
  out->set_share(std::isfinite(share) ? share : 1.0 / static_cast<double>(queue.weight));
}

v1::Queue Render(const Scene& scene, const Queue& queue, const Depth& depth) {
  v1::Queue out;
  out.set_path(queue.path);
  out.set_parent(scene.state.tree().at(queue.parent).path);
  out.set_leaf(queue.leaf());
  out.set_state(std::string(StateName(queue)));
  out.set_weight(queue.weight);
  out.set_priority(queue.priority);
  if (queue.leaf()) out.set_order(queue.order == LeafOrder::kFifo ? "fifo" : "fair");
  out.set_backfill(queue.backfill);
  RenderUse(scene.state, queue, &out);
  out.set_waiting_gangs(depth.waiting);
  out.set_running_gangs(depth.running);
  for (size_t code = 0; code < kCodes; ++code) {
    if (depth.by_reason[code] == 0) continue;
    v1::ReasonCount* count = out.add_waiting_by_reason();
    count->set_reason(std::string(Name(static_cast<ReasonCode>(code))));
    count->set_gangs(depth.by_reason[code]);
  }
  if (depth.waiting > 0) *out.mutable_oldest_wait() = Span(scene.now - depth.oldest);
  return out;
}

// Whether a template made the queue for a namespace that is not seen.
bool OfAnother(const Tree& tree, const Queue& queue, const Sight& sight) {
  const Queue& parent = tree.at(queue.parent);
  if (!parent.per_namespace) return false;
  return !sight.Sees(queue.path.substr(parent.path.size() + 1));
}

}  // namespace

absl::StatusOr<v1::ListQueuesResponse> ListQueues(const Scene& scene,
                                                  const v1::ListQueuesRequest& request,
                                                  const Sight& sight) {
  const Tree& tree = scene.state.tree();
  const std::vector<Depth> depths = Depths(scene, sight);
  v1::ListQueuesResponse response;
  // Parents first, siblings in the config's order.
  std::vector<QueueId> left(tree.at(Tree::kRoot).children.rbegin(),
                            tree.at(Tree::kRoot).children.rend());
  while (!left.empty()) {
    const Queue& queue = tree.at(left.back());
    left.pop_back();
    if (OfAnother(tree, queue, sight)) continue;
    left.insert(left.end(), queue.children.rbegin(), queue.children.rend());
    if (!IsWithin(queue.path, request.under())) continue;
    *response.add_queues() = Render(scene, queue, depths[queue.id.value]);
  }
  if (response.queues().empty() && !request.under().empty()) {
    return absl::NotFoundError(absl::StrCat("no queue ", codec::Quoted(request.under())));
  }
  AddQuantities(scene.state.resources(), scene.state.nodes().total(), 0,
                response.mutable_cluster());
  *response.mutable_at() = Timestamp(scene.now);
  response.set_version(kVersion);
  return response;
}

}  // namespace muster::daemon
