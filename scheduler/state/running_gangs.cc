// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/running_gangs.h"

namespace muster {

void RunningGangs::Update(const Gang& gang, bool runs, bool spare) {
  if (entries_.size() <= gang.id.value) {
    if (!runs) return;
    entries_.resize(gang.id.value + 1);
  }
  Entry& entry = entries_[gang.id.value];
  const bool same = entry.in == runs &&
                    (!runs || (entry.leaf == gang.queue && entry.spare == spare &&
                               entry.key.priority == gang.priority &&
                               entry.key.began == gang.began && entry.key.created == gang.created));
  if (same) return;
  if (entry.in) Erase(entry);
  entry.in = runs;
  if (!runs) return;
  entry.leaf = gang.queue;
  entry.spare = spare;
  entry.key = Key{gang.priority, gang.began, gang.created, FullName(gang), gang.id};
  running_[entry.leaf].insert(entry.key);
  if (spare) spare_[entry.leaf].insert(entry.key);
}

void RunningGangs::Clear() {
  running_.clear();
  spare_.clear();
  entries_.clear();
}

const RunningGangs::Line& RunningGangs::LineOf(const Lines& lines, QueueId leaf) {
  static const Line nothing;
  const auto found = lines.find(leaf);
  return found == lines.end() ? nothing : found->second;
}

void RunningGangs::Erase(const Entry& entry) {
  running_[entry.leaf].erase(entry.key);
  if (running_[entry.leaf].empty()) running_.erase(entry.leaf);
  if (!entry.spare) return;
  spare_[entry.leaf].erase(entry.key);
  if (spare_[entry.leaf].empty()) spare_.erase(entry.leaf);
}

}  // namespace muster
