// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/pod_outline.h"

#include <initializer_list>

#include "scheduler/codec/wire.h"

namespace muster::codec {
namespace {

// Field numbers of k8s/pod.proto and k8s/meta.proto.
constexpr uint32_t kSpec = 2;
constexpr uint32_t kStatus = 3;
constexpr uint32_t kNodeName = 10;
constexpr uint32_t kConditions = 2;

constexpr uint64_t Set(std::initializer_list<int> fields) {
  uint64_t set = 0;
  for (int field : fields) set |= uint64_t{1} << field;
  return set;
}

// Of PodSpec as they stand: node selector, affinity, tolerations, overhead, spread, claims,
// resources.
constexpr uint64_t kSpecRole = Set({7, 18, 22, 32, 33, 39, 40});
// Of Container: name, ports, resources, restart policy.
constexpr uint64_t kContainerRole = Set({1, 6, 8, 24});
// Of PodStatus as they stand: allocated resources, resources.
constexpr uint64_t kStatusRole = Set({19, 20});
// Of ContainerStatus: name, allocated resources, resources.
constexpr uint64_t kContainerStatusRole = Set({1, 10, 11});

bool Has(uint64_t set, uint32_t field) { return field < 64 && (set >> field & 1) != 0; }

// Appends those fields of the message that are in the set.
bool Keep(absl::string_view message, uint64_t set, std::string* to) {
  WireReader reader(message);
  while (reader.Next()) {
    if (Has(set, reader.field())) to->append(reader.whole().data(), reader.whole().size());
  }
  return reader.ok();
}

// A volume that decides: a claim or an ephemeral one, of whatever name.
bool KeepVolume(absl::string_view volume, std::string* to) {
  WireReader reader(volume);
  while (reader.Next()) {
    if (reader.field() != 2) continue;
    WireReader source(reader.bytes());
    while (source.Next()) {
      if (source.field() != 10 && source.field() != 29) continue;
      std::string kind, of_source;
      AppendField(source.field(), "", &kind);
      AppendField(2, kind, &of_source);
      AppendField(1, of_source, to);
    }
    if (!source.ok()) return false;
  }
  return reader.ok();
}

}  // namespace

absl::optional<absl::string_view> PodOutline::Find(const Map& map, absl::string_view key) {
  for (const auto& [name, value] : map) {
    if (name == key) return value;
  }
  return absl::nullopt;
}

bool PodOutline::Read(absl::string_view raw) {
  static_cast<PodViews&>(*this) = PodViews();
  labels_.clear();
  annotations_.clear();
  role_.clear();
  spec_role_.clear();
  status_role_.clear();
  WireReader reader(raw);
  bool ok = true;
  while (ok && reader.Next()) {
    if (reader.field() == 1) ok = ReadMeta(reader.bytes());
    if (reader.field() == kSpec) ok = ReadSpec(reader.bytes());
    if (reader.field() == kStatus) ok = ReadStatus(reader.bytes());
  }
  if (!ok || !reader.ok()) return false;
  // What is in force on a node counts only there, and only that there is one.
  if (!node_name.empty()) AppendField(kNodeName, "-", &spec_role_);
  AppendField(kSpec, spec_role_, &role_);
  if (!node_name.empty()) AppendField(kStatus, status_role_, &role_);
  return true;
}

bool PodOutline::ReadEntry(absl::string_view entry, Map* map) {
  auto& [key, value] = map->emplace_back();
  WireReader reader(entry);
  while (reader.Next()) {
    if (reader.field() == 1) key = reader.bytes();
    if (reader.field() == 2) value = reader.bytes();
  }
  return reader.ok();
}

bool PodOutline::ReadMeta(absl::string_view raw) {
  WireReader reader(raw);
  bool ok = true;
  while (ok && reader.Next()) {
    switch (reader.field()) {
      case 1: name = reader.bytes(); break;
      case 3: ns = reader.bytes(); break;
      case 5: uid = reader.bytes(); break;
      case 6: resource_version = reader.bytes(); break;
      case 7: generation = static_cast<int64_t>(reader.value()); break;
      case 8: {
        WireReader time(reader.bytes());
        while (time.Next()) {
          if (time.field() == 1) created_seconds = static_cast<int64_t>(time.value());
          if (time.field() == 2) created_nanos = static_cast<int32_t>(time.value());
        }
        ok = time.ok();
        break;
      }
      case 9: deleting = true; break;
      case 11: ok = ReadEntry(reader.bytes(), &labels_); break;
      case 12: ok = ReadEntry(reader.bytes(), &annotations_); break;
      default: break;
    }
  }
  return ok && reader.ok();
}

bool PodOutline::ReadSpec(absl::string_view raw) {
  spec = raw;
  WireReader reader(raw);
  bool ok = true;
  while (ok && reader.Next()) {
    const uint32_t field = reader.field();
    if (Has(kSpecRole, field)) spec_role_.append(reader.whole().data(), reader.whole().size());
    switch (field) {
      case 1: ok = KeepVolume(reader.bytes(), &spec_role_); break;
      case 2:
      case 20:  // init containers
        ok = KeepPart(field, reader.bytes(), kContainerRole, &spec_role_);
        break;
      case 4: grace_seconds = static_cast<int64_t>(reader.value()); break;
      case 8: service_account = reader.bytes(); break;
      case kNodeName: node_name = reader.bytes(); break;
      case 19: scheduler_name = reader.bytes(); break;
      case 25: priority = static_cast<int32_t>(reader.value()); break;
      case 31: preemption_policy = reader.bytes(); break;
      case 38: gated = true; break;
      default: break;
    }
  }
  return ok && reader.ok();
}

bool PodOutline::ReadStatus(absl::string_view raw) {
  WireReader reader(raw);
  bool ok = true;
  while (ok && reader.Next()) {
    const uint32_t field = reader.field();
    if (Has(kStatusRole, field)) status_role_.append(reader.whole().data(), reader.whole().size());
    if (field == 1) phase = reader.bytes();
    if (field == kConditions) ok = ReadCondition(reader.bytes());
    if (field == 8 || field == 10) {  // of containers, of init containers
      ok = KeepPart(field, reader.bytes(), kContainerStatusRole, &status_role_);
    }
  }
  return ok && reader.ok();
}

bool PodOutline::KeepPart(uint32_t field, absl::string_view raw, uint64_t set, std::string* to) {
  part_.clear();
  const bool ok = Keep(raw, set, &part_);
  AppendField(field, part_, to);
  return ok;
}

bool PodOutline::ReadCondition(absl::string_view raw) {
  absl::string_view type, status, reason, message;
  WireReader reader(raw);
  while (reader.Next()) {
    if (reader.field() == 1) type = reader.bytes();
    if (reader.field() == 2) status = reader.bytes();
    if (reader.field() == 5) reason = reader.bytes();
    if (reader.field() == 6) message = reader.bytes();
  }
  if (type == "PodScheduled" && status == "False") {
    condition_reason = reason;
    condition_message = message;
  }
  if (type != "PodResizePending") return reader.ok();
  part_.clear();
  AppendField(1, type, &part_);
  AppendField(5, reason, &part_);
  AppendField(kConditions, part_, &status_role_);
  return reader.ok();
}

}  // namespace muster::codec
