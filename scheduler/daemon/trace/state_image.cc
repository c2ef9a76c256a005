// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/state_image.h"

#include "scheduler/daemon/trace/image_ids.h"
#include "scheduler/daemon/trace/model_fields.h"
#include "scheduler/state/audit.h"

namespace muster::daemon {

std::string ImageOf(const State& state) {
  Sink sink;
  Put(sink, state);
  return sink.Take();
}

std::unique_ptr<State> StateOf(absl::string_view image) {
  auto state = std::make_unique<State>("");
  Source source;
  source.Feed(image);
  Get(source, state.get());
  if (!source.ok() || !source.empty()) return nullptr;
  if (!IdsExist(*state) || !Audit(*state).empty()) return nullptr;
  return state;
}

}  // namespace muster::daemon
