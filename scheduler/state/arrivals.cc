// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/arrivals.h"

#include <algorithm>

namespace muster {

void Arrivals::DropStale(const std::deque<Gang>& gangs) {
  std::erase_if(entries_, [&gangs](const Entry& entry) {
    const Gang& gang = gangs[entry.id.value];
    return !gang.id.valid() || gang.arrival != entry.number;
  });
  live_ = entries_.size();
}

void Arrivals::Number(std::deque<Gang>* gangs, Backlog* backlog) {
  if (fresh_.empty()) return;
  // A slot may have been emptied, or filled again, since it was added.
  std::erase_if(fresh_, [gangs](GangId id) {
    const Gang& gang = (*gangs)[id.value];
    return !gang.id.valid() || gang.arrival != 0;
  });
  const auto before = [gangs](GangId a, GangId b) {
    return ArrivedBeforeByName((*gangs)[a.value], (*gangs)[b.value]);
  };
  std::sort(fresh_.begin(), fresh_.end(), before);
  fresh_.erase(std::unique(fresh_.begin(), fresh_.end()), fresh_.end());
  if (fresh_.empty()) return;
  const auto stale = [gangs](const Entry& entry) {
    const Gang& gang = (*gangs)[entry.id.value];
    return !gang.id.valid() || gang.arrival != entry.number;
  };
  while (!entries_.empty() && stale(entries_.back())) entries_.pop_back();
  const bool at_end = entries_.empty() || before(entries_.back().id, fresh_.front());
  if (!at_end || entries_.size() > 2 * live_ + 64) DropStale(*gangs);
  size_t from = entries_.size();
  if (!at_end) {
    const auto place =
        std::upper_bound(entries_.begin(), entries_.end(), fresh_.front(),
                         [&before](GangId id, const Entry& entry) { return before(id, entry.id); });
    from = static_cast<size_t>(place - entries_.begin());
  }
  const auto middle = static_cast<std::ptrdiff_t>(entries_.size());
  for (GangId id : fresh_) entries_.push_back({id, 0});
  std::inplace_merge(entries_.begin() + static_cast<std::ptrdiff_t>(from),
                     entries_.begin() + middle, entries_.end(),
                     [&before](const Entry& a, const Entry& b) { return before(a.id, b.id); });
  uint64_t number = from == 0 ? 0 : entries_[from - 1].number;
  for (size_t i = from; i < entries_.size(); ++i) {
    entries_[i].number = ++number;
    (*gangs)[entries_[i].id.value].arrival = number;
    backlog->Changed(entries_[i].id);
  }
  fresh_.clear();
}

}  // namespace muster
