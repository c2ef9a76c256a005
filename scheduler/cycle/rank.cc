// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/rank.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace muster {

namespace {

// By arrival; where it stands now.
using Ranked = std::pair<uint64_t, uint32_t>;

// Each leaf is told in its order, so that there are a few long runs that are sorted already.
void MergeRuns(std::vector<Ranked>* all) {
  std::vector<size_t> begins;
  for (size_t i = 0; i < all->size(); ++i) {
    if (i == 0 || (*all)[i] < (*all)[i - 1]) begins.push_back(i);
  }
  const auto at = [&](size_t run) {
    const size_t place = run < begins.size() ? begins[run] : all->size();
    return all->begin() + static_cast<std::ptrdiff_t>(place);
  };
  for (size_t width = 1; width < begins.size(); width *= 2) {
    for (size_t run = 0; run + width < begins.size(); run += 2 * width) {
      std::inplace_merge(at(run), at(run + width), at(run + 2 * width));
    }
  }
}

}  // namespace

void RankVerdicts(Round& round) {
  std::vector<Verdict>& verdicts = round.plan->verdicts;
  if (std::is_sorted(round.ranks.begin(), round.ranks.end())) return;
  std::vector<Ranked> order;
  order.reserve(verdicts.size());
  for (uint32_t i = 0; i < verdicts.size(); ++i) order.emplace_back(round.ranks[i], i);
  MergeRuns(&order);
  std::vector<Verdict> ranked;
  ranked.reserve(verdicts.size());
  for (const auto& [arrival, i] : order) ranked.push_back(std::move(verdicts[i]));
  verdicts = std::move(ranked);
}

}  // namespace muster
