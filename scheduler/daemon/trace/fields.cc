// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/fields.h"

#include "scheduler/codec/queue_config.h"

namespace muster::daemon {

void GetAmounts(Source& source, ResourceList* list) {
  *list = ResourceList();
  std::string last;
  for (size_t left = source.Count(); left > 0 && source.ok(); --left) {
    ResourceList::Entry entry;
    Get(source, &entry);
    if (entry.second < 0 || (!last.empty() && entry.first <= last)) return source.Fail();
    list->Set(entry.first, entry.second, /*keep_zero=*/true);
    last = entry.first;
  }
}

void GetConfig(Source& source, QueueConfig* config) {
  absl::StatusOr<QueueConfig> parsed = codec::ParseQueueConfig("trace", source.Text());
  if (!parsed.ok()) return source.Fail();
  *config = *std::move(parsed);
}

}  // namespace muster::daemon
