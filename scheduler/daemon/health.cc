// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/health.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

Page Say(int status, absl::string_view text) {
  Page page;
  page.status = status;
  page.body = absl::StrCat(text, "\n");
  return page;
}

}  // namespace

void Health::Enter(Phase phase, std::string detail) {
  const std::lock_guard<std::mutex> lock(mutex_);
  phase_ = phase;
  detail_ = std::move(detail);
}

void Health::AskSync(std::function<std::string()> not_synced) {
  const std::lock_guard<std::mutex> lock(mutex_);
  not_synced_ = std::move(not_synced);
}

void Health::Trouble(std::string what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  trouble_ = std::move(what);
}

void Health::Beat(absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  beat_ = now;
}

Page Health::Ready() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string last = trouble_.empty() ? "" : absl::StrCat("; last problem: ", trouble_);
  switch (phase_) {
    case Phase::kElecting: return Say(503, absl::StrCat("not ready: no leader is known yet", last));
    case Phase::kStandby: return Say(200, absl::StrCat("ok: stands by, ", detail_, " leads"));
    case Phase::kStopping: return Say(503, "not ready: stopping");
    case Phase::kLeading: break;
  }
  const std::string missing = not_synced_ ? not_synced_() : "the API server was not asked yet";
  if (missing.empty()) return Say(200, "ok: leads, synced");
  return Say(503, absl::StrCat("not ready: not synced: ", missing, last));
}

Page Health::Alive(absl::Time now) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Duration still = now - beat_;
  if (still < kStalled) return Say(200, "ok");
  return Say(503, absl::StrCat("the loop has not turned for ",
                               absl::FormatDuration(absl::Trunc(still, absl::Seconds(1)))));
}

}  // namespace muster::daemon
