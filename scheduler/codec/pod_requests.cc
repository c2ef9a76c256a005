// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_requests.h"

#include <algorithm>
#include <limits>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/quantity.h"

namespace muster::codec {
namespace {

using QuantityMap = google::protobuf::Map<std::string, k8s::Quantity>;
using ContainerList = google::protobuf::RepeatedPtrField<k8s::Container>;
using StatusList = google::protobuf::RepeatedPtrField<k8s::ContainerStatus>;

// Exact amounts by name.
class Sum {
 public:
  void Add(const Sum& other) {
    for (const auto& [name, amount] : other.amounts_) amounts_[name] += amount;
  }
  void RaiseTo(const Sum& other) {
    for (const auto& [name, amount] : other.amounts_) {
      Quantity& mine = amounts_[name];
      mine = std::max(mine, amount);
    }
  }
  void Set(const std::string& name, Quantity amount) { amounts_[name] = amount; }
  const std::map<std::string, Quantity>& amounts() const { return amounts_; }

 private:
  std::map<std::string, Quantity> amounts_;
};

bool IsBytes(absl::string_view name) {
  return name == kMemory || name == kEphemeralStorage || absl::StartsWith(name, "hugepages-");
}

absl::StatusOr<Quantity> ParseAmount(absl::string_view name, absl::string_view text) {
  if (name == kCpu) return ParseCpu(text);
  if (IsBytes(name)) return ParseBytes(text);
  return ParseCount(text);
}

bool HasPodLevel(absl::string_view name) {
  return name == kCpu || name == kMemory || absl::StartsWith(name, "hugepages-");
}

class Reader {
 public:
  explicit Reader(const k8s::Pod& pod)
      : pod_(pod), bound_(!pod.spec().node_name().empty()), infeasible_(IsInfeasible(pod)) {}

  PodRequests Read() {
    const k8s::PodSpec& spec = pod_.spec();
    Sum total;
    for (const k8s::Container& container : spec.containers()) {
      total.Add(OfContainer(container, pod_.status().container_statuses(), "containers"));
    }
    AddInit(&total);
    SetPodLevel(&total);
    total.Add(Parse(spec.overhead(), "spec.overhead"));
    return Round(total);
  }

 private:
  static bool IsInfeasible(const k8s::Pod& pod) {
    return std::any_of(pod.status().conditions().begin(), pod.status().conditions().end(),
                       [](const k8s::PodCondition& condition) {
                         return condition.type() == "PodResizePending" &&
                                condition.reason() == "Infeasible";
                       });
  }

  // Sidecars (restartable init containers) run on beside the containers; another init container
  // runs alone but for the sidecars started before it.
  void AddInit(Sum* total) {
    Sum sidecars;
    Sum peak;
    for (const k8s::Container& container : pod_.spec().init_containers()) {
      Sum step = OfContainer(container, pod_.status().init_container_statuses(), "initContainers");
      if (container.restart_policy() == "Always") {
        sidecars.Add(step);
        total->Add(step);
        step = sidecars;
      } else {
        step.Add(sidecars);
      }
      peak.RaiseTo(step);
    }
    total->RaiseTo(peak);
  }

  void SetPodLevel(Sum* total) {
    Sum level = Parse(pod_.spec().resources().requests(), "spec.resources.requests");
    if (bound_) {
      level.RaiseTo(Parse(pod_.status().allocated_resources(), "status.allocatedResources"));
      level.RaiseTo(Parse(pod_.status().resources().requests(), "status.resources.requests"));
    }
    for (const auto& [name, amount] : level.amounts()) {
      if (HasPodLevel(name)) total->Set(name, amount);
    }
  }

  Sum OfContainer(const k8s::Container& container, const StatusList& statuses,
                  absl::string_view list) {
    const std::string field =
        absl::StrCat("spec.", list, "[", container.name(), "].resources.requests");
    const Sum asked = Parse(container.resources().requests(), field);
    if (!bound_) return asked;
    const auto status =
        std::find_if(statuses.begin(), statuses.end(),
                     [&](const k8s::ContainerStatus& s) { return s.name() == container.name(); });
    if (status == statuses.end()) return asked;
    Sum in_force = Parse(status->allocated_resources(), "status allocatedResources");
    in_force.RaiseTo(Parse(status->resources().requests(), "status resources.requests"));
    if (infeasible_ && !in_force.amounts().empty()) return in_force;
    in_force.RaiseTo(asked);
    return in_force;
  }

  Sum Parse(const QuantityMap& map, absl::string_view field) {
    Sum sum;
    for (const auto& [name, quantity] : map) {
      absl::StatusOr<Quantity> amount = ParseAmount(name, quantity.string());
      if (!amount.ok()) {
        NoteError(absl::StrCat(field, ".", name, ": ", amount.status().message()));
        // Refused as a request of ours, yet a pod that runs with it is counted as the API means it.
        amount = ParseQuantity(quantity.string());
        if (!amount.ok()) amount = Quantity::FromWhole(std::numeric_limits<int64_t>::max());
      }
      sum.Set(name, std::max(*amount, Quantity()));
    }
    return sum;
  }

  // The map's order is a hash order: the least message is kept, so that it is always the same one.
  void NoteError(std::string error) {
    if (error_.empty() || error < error_) error_ = std::move(error);
  }

  PodRequests Round(const Sum& total) {
    PodRequests out;
    for (const auto& [name, amount] : total.amounts()) {
      out.amounts.Set(name, name == kCpu ? amount.Milli() : amount.Whole());
    }
    out.error = std::move(error_);
    return out;
  }

  const k8s::Pod& pod_;
  const bool bound_;
  const bool infeasible_;
  std::string error_;
};

}  // namespace

PodRequests EffectiveRequests(const k8s::Pod& pod) { return Reader(pod).Read(); }

}  // namespace muster::codec
