// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/backlog.h"

#include <algorithm>
#include <utility>

namespace muster {

namespace {

// Where the user's line is, or is to be.
Backlog::Leaf::iterator Find(Backlog::Leaf* leaf, const std::string& user) {
  return std::lower_bound(
      leaf->begin(), leaf->end(), user,
      [](const Backlog::UserLine& line, const std::string& name) { return line.user < name; });
}

}  // namespace

Backlog::Place& Backlog::PlaceOf(GangId gang) {
  if (places_.size() <= gang.value) places_.resize(gang.value + 1);
  return places_[gang.value];
}

void Backlog::Changed(GangId gang) {
  if (all_changed_) return;
  Place& place = PlaceOf(gang);
  if (std::exchange(place.changed, true)) return;
  changed_.push_back(gang);
}

void Backlog::Clear() { *this = Backlog(); }

std::vector<GangId> Backlog::TakeChanged(size_t gangs) {
  std::vector<GangId> changed = std::exchange(changed_, {});
  for (const Aside& each : std::exchange(aside_, {})) {
    if (!PlaceOf(each.gang).changed) changed.push_back(each.gang);
  }
  if (std::exchange(all_changed_, false)) {
    for (uint32_t i = 0; i < gangs; ++i) changed.push_back(GangId{i});
  }
  for (GangId gang : changed) Leave(gang);
  return changed;
}

void Backlog::Leave(GangId gang) {
  Place& place = PlaceOf(gang);
  place.changed = false;
  const Where was = std::exchange(place.where, Where::kElsewhere);
  if (was == Where::kBegun) begun_.erase(gang);
  if (was != Where::kInLine) return;
  Leaf& leaf = leaves_[place.leaf.value];
  const auto line = Find(&leaf, place.line);
  line->line.erase(place.entry);
  if (line->line.empty()) leaf.erase(line);
  if (leaf.empty()) active_.erase(place.leaf);
  std::vector<GangId>& kind = kinds_[place.entry.kind];
  kind[place.at] = kind.back();
  places_[kind.back().value].at = place.at;
  kind.pop_back();
}

void Backlog::PutInLine(const Gang& gang, const std::string& line, uint32_t kind) {
  Place& place = PlaceOf(gang.id);
  place.where = Where::kInLine;
  place.leaf = gang.queue;
  place.line = line;
  place.entry = {gang.priority, gang.arrival, gang.id, kind, RunOf(gang)};
  if (leaves_.size() <= gang.queue.value) leaves_.resize(gang.queue.value + 1);
  Leaf& leaf = leaves_[gang.queue.value];
  if (leaf.empty()) active_.insert(gang.queue);
  auto at = Find(&leaf, line);
  if (at == leaf.end() || at->user != line) at = leaf.insert(at, UserLine{line, {}});
  at->line.insert(place.entry);
  if (kinds_.size() <= kind) kinds_.resize(kind + 1);
  place.at = static_cast<uint32_t>(kinds_[kind].size());
  kinds_[kind].push_back(gang.id);
}

void Backlog::PutAside(GangId gang, Reason why) { aside_.push_back({gang, std::move(why)}); }

void Backlog::PutBegun(GangId gang) {
  PlaceOf(gang).where = Where::kBegun;
  begun_.insert(gang);
}

// What State::Estimate looks at.
uint32_t Backlog::RunOf(const Gang& gang) {
  const bool said = gang.runtime > absl::ZeroDuration();
  return runs_
      .try_emplace({gang.runtime, said ? QueueId{} : gang.queue, said ? std::string() : gang.app},
                   static_cast<uint32_t>(runs_.size()))
      .first->second;
}

}  // namespace muster
