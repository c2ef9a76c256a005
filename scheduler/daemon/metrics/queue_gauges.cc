// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/queue_gauges.h"

#include <algorithm>
#include <deque>

namespace muster::daemon {
namespace {

using Labels = std::vector<std::string>;

// Label texts by what they are of: a handful, asked for once a line.
class LabelTexts {
 public:
  explicit LabelTexts(absl::string_view name) : name_(name) {}
  const std::string& Of(absl::string_view value) {
    for (const auto& [known, text] : texts_) {
      if (known == value) return text;
    }
    return texts_.emplace_back(std::string(value), LabelText(name_, value)).second;
  }

 private:
  const absl::string_view name_;
  std::deque<std::pair<std::string, std::string>> texts_;
};

void ByResource(absl::string_view name, absl::string_view help, const QueueRows& rows,
                const Labels& labels, Quantities QueueRow::*quantities, Exposition* out) {
  out->Family(name, help, "gauge");
  LabelTexts resources("resource");
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const auto& [resource, amount] : rows[i].*quantities) {
      out->Sample(labels[i], amount, resources.Of(resource));
    }
  }
}

void Waiting(const QueueRows& rows, const Labels& labels, Exposition* out) {
  out->Family("muster_queue_waiting_gangs",
              "Gangs that wait in the queue, by the reason code they are given.", "gauge");
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t code = 0; code < kReasonCodes; ++code) {
      if (rows[i].waiting[code] == 0) continue;
      out->Sample(labels[i], static_cast<double>(rows[i].waiting[code]),
                  LabelText("reason", Name(static_cast<ReasonCode>(code))));
    }
  }
}

void Oldest(const QueueRows& rows, const Labels& labels, absl::Time now, Exposition* out) {
  out->Family("muster_queue_oldest_wait_seconds",
              "Age of the gang of the queue that waits the longest; 0 if none.", "gauge");
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].leaf) continue;
    const absl::Duration age = now - std::min(now, rows[i].oldest);
    out->Sample(labels[i], absl::ToDoubleSeconds(age));
  }
}

void Shares(const QueueRows& rows, const Labels& labels, Exposition* out) {
  out->Family("muster_queue_share",
              "Dominant share of the cluster that the queue uses and holds, divided by its weight.",
              "gauge");
  for (size_t i = 0; i < rows.size(); ++i) out->Sample(labels[i], rows[i].share);
}

}  // namespace

void QueueGauges::Replace(QueueRows rows, int64_t half_bound, int64_t claims) {
  auto copy = std::make_shared<Copy>();
  copy->labels.reserve(rows.size());
  for (const QueueRow& row : rows) copy->labels.push_back(LabelText("queue", row.path));
  copy->rows = std::move(rows);
  copy->half_bound = half_bound;
  copy->claims = claims;
  std::shared_ptr<const Copy> old = std::move(copy);
  const std::lock_guard<std::mutex> lock(mutex_);
  copy_.swap(old);
}

void QueueGauges::Write(absl::Time now, Exposition* out) const {
  std::shared_ptr<const Copy> copy;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    copy = copy_;
  }
  const QueueRows& rows = copy->rows;
  const Labels& labels = copy->labels;
  Waiting(rows, labels, out);
  Oldest(rows, labels, now, out);
  Shares(rows, labels, out);
  ByResource("muster_queue_used", "What bound pods of the queue request: cores, bytes, pieces.",
             rows, labels, &QueueRow::used, out);
  ByResource("muster_queue_held", "Room held for members of gangs that do not exist yet.", rows,
             labels, &QueueRow::held, out);
  ByResource(
      "muster_queue_held_idle",
      "Of the room held: what nobody uses meanwhile. The rest is claimed, and is being freed "
      "by evictions.",
      rows, labels, &QueueRow::idle, out);
  ByResource("muster_queue_guaranteed", "What the config guarantees to the queue.", rows, labels,
             &QueueRow::guaranteed, out);
  ByResource("muster_queue_max", "What the queue may use at most, where that is limited.", rows,
             labels, &QueueRow::max, out);
  out->Family("muster_half_bound_gangs",
              "Gangs of which some members are bound and others are not yet.", "gauge");
  out->Sample("", static_cast<double>(copy->half_bound));
  out->Family("muster_claims", "Gangs that wait for room which evictions are freeing for them.",
              "gauge");
  out->Sample("", static_cast<double>(copy->claims));
}

}  // namespace muster::daemon
