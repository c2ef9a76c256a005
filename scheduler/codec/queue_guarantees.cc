// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_guarantees.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

// Of a template: what its leaves are guaranteed together.
ResourceList GuaranteedInSum(const QueueSpec& spec) {
  if (!spec.per_namespace) return spec.guaranteed;
  ResourceList sum;
  for (const auto& [resource, amount] : spec.guaranteed.entries()) {
    const auto leaves = static_cast<int64_t>(spec.namespaces.size());
    sum.Set(resource, SaturatingMultiply(amount, leaves));
  }
  return sum;
}

}  // namespace

void CheckChildren(const QueueSpec& spec, const std::string& path, const YamlField& at) {
  ResourceList sum;
  for (const QueueSpec& child : spec.queues) sum.Add(GuaranteedInSum(child));
  for (const auto& [resource, amount] : sum.entries()) {
    const int64_t own = spec.guaranteed.Get(resource);
    if (amount <= own) continue;
    at.Error(absl::StrCat("the inner queues of ", path, " are guaranteed ",
                          AmountToString(resource, amount), " ", resource,
                          " in sum; expected at most the ", AmountToString(resource, own),
                          " guaranteed to ", path));
  }
}

void CheckReclaimable(const std::vector<QueueSpec>& siblings, const std::vector<YamlField>& items,
                      bool reclaimable) {
  for (absl::string_view resource : {kCpu, kMemory, kPods}) {
    const auto guaranteed = std::find_if(
        siblings.begin(), siblings.end(),
        [resource](const QueueSpec& spec) { return spec.guaranteed.Get(resource) > 0; });
    if (guaranteed == siblings.end()) continue;
    for (size_t i = 0; i < siblings.size(); ++i) {
      const QueueSpec& spec = siblings[i];
      if ((reclaimable && spec.reclaimable) || spec.guaranteed.Get(resource) > 0) continue;
      const YamlNode* own = items[i].node().Find("reclaimable");
      const YamlField at =
          own == nullptr ? items[i]
                         : YamlField(*own, items[i].path() + ".reclaimable", items[i].errors());
      at.Error(
          absl::StrCat("the queue is not reclaimable, so it stays within what it is guaranteed, "
                       "and its sibling ",
                       guaranteed->name, " is guaranteed ", resource,
                       ": it could never start a gang; expected a guaranteed ", resource,
                       " of its own, or reclaimable: true"));
    }
  }
}

void CheckTemplate(const QueueSpec& spec, const YamlField& at) {
  if (spec.namespaces.empty()) {
    at.Error("expected the key namespaces beside it: each gets a queue of its own");
  }
  const auto wild = std::find_if(
      spec.namespaces.begin(), spec.namespaces.end(),
      [](const std::string& glob) { return glob.find_first_of("*?") != std::string::npos; });
  if (wild == spec.namespaces.end() || spec.guaranteed.empty()) return;
  at.Error(absl::StrCat("each namespace is guaranteed something, and \"", *wild,
                        "\" may match any number of them; expected namespaces without wildcards, "
                        "or no guaranteed"));
}

}  // namespace muster::codec
