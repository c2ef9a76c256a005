// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/changes.h"

#include <functional>
#include <set>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

// Between the pages of a listing gangs come and go: one that was not in it is gone only if it is
// not in the next one, either.
constexpr int kGone = 2;

std::string Key(const v1::Gang& gang) { return absl::StrCat(gang.namespace_(), "/", gang.name()); }

size_t Hash(const google::protobuf::MessageLite& message) {
  return std::hash<std::string>()(message.SerializeAsString());
}

size_t Fingerprint(v1::Queue queue) {
  queue.clear_oldest_wait();
  return Hash(queue);
}

}  // namespace

Changes::Known Changes::Fingerprint(v1::Gang gang) {
  Known known;
  gang.clear_wait();
  known.whole = Hash(gang);
  gang.clear_message();
  gang.clear_position();
  gang.clear_needs();
  known.state = Hash(gang);
  return known;
}

void Changes::Begin(const Listing& listing) {
  gangs_.clear();
  queues_.clear();
  for (const v1::Gang& gang : listing.gangs) gangs_[Key(gang)] = Fingerprint(gang);
  for (const v1::Queue& queue : listing.queues.queues()) {
    queues_[queue.path()] = daemon::Fingerprint(queue);
  }
}

void Changes::TakeQueues(const Listing& listing, Difference* difference) {
  std::map<std::string, size_t> now;
  for (const v1::Queue& queue : listing.queues.queues()) {
    const size_t seen = now[queue.path()] = daemon::Fingerprint(queue);
    const auto known = queues_.find(queue.path());
    if (known == queues_.end() || known->second != seen) {
      *difference->queues.add_queues() = queue;
    }
  }
  for (const auto& [path, unused] : queues_) {
    if (!now.contains(path)) difference->gone.add_gangs()->set_queue(path);
  }
  queues_ = std::move(now);
  *difference->queues.mutable_cluster() = listing.queues.cluster();
  *difference->queues.mutable_at() = listing.queues.at();
  difference->queues.set_version(listing.queues.version());
}

void Changes::TakeGone(bool at_once, size_t most, Difference* difference) {
  for (auto known = gangs_.begin(); known != gangs_.end();) {
    if (known->second.missed < (at_once ? 1 : kGone) || most == 0) {
      ++known;
      continue;
    }
    const size_t slash = known->first.find('/');
    v1::Gang* gang = difference->gone.add_gangs();
    gang->set_namespace_(known->first.substr(0, slash));
    gang->set_name(known->first.substr(slash + 1));
    known = gangs_.erase(known);
    --most;
  }
}

Difference Changes::Take(const Listing& listing, size_t most) {
  Difference difference;
  TakeQueues(listing, &difference);
  for (auto& [key, known] : gangs_) ++known.missed;
  // First what counts, then, where there is room left, the rest.
  std::vector<std::pair<const v1::Gang*, Known>> later;
  const auto tell = [&](const v1::Gang& gang, const Known& seen) {
    *difference.gangs.add_gangs() = gang;
    gangs_[Key(gang)] = seen;
  };
  for (const v1::Gang& gang : listing.gangs) {
    const Known seen = Fingerprint(gang);
    const auto known = gangs_.find(Key(gang));
    const bool is_new = known == gangs_.end();
    if (!is_new) known->second.missed = 0;
    if (!is_new && known->second.whole == seen.whole) continue;
    const bool counts = is_new || known->second.state != seen.state;
    if (counts && static_cast<size_t>(difference.gangs.gangs_size()) < most) {
      tell(gang, seen);
    } else {
      later.emplace_back(&gang, seen);
    }
  }
  for (const auto& [gang, seen] : later) {
    if (static_cast<size_t>(difference.gangs.gangs_size()) >= most) break;
    tell(*gang, seen);
  }
  TakeGone(listing.at_once, most, &difference);
  difference.gangs.set_total(static_cast<int64_t>(listing.gangs.size()));
  return difference;
}

}  // namespace muster::daemon
