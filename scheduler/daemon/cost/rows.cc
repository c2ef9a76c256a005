// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/rows.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

using Key = std::string Account::*;

absl::StatusOr<Key> KeyOf(const std::string& group_by) {
  if (group_by.empty() || group_by == "queue") return &Account::queue;
  if (group_by == "namespace") return &Account::ns;
  if (group_by == "user") return &Account::user;
  if (group_by == "app") return &Account::app;
  if (group_by == "node") return &Account::node_type;
  return absl::InvalidArgumentError(absl::StrCat(
      "group_by: expected queue, namespace, user, app or node, got \"", group_by, "\""));
}

void Render(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t nanos = absl::ToUnixNanos(time);
  out->set_seconds(nanos / 1'000'000'000);
  out->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

const CostVector& Of(const CostSums& sums, CostKind kind) {
  return sums[static_cast<size_t>(kind)];
}

void AddRows(const std::string& key, const CostSums& sums, const ResourceTable& resources,
             v1::GetCostResponse* response) {
  const CostVector& requested = Of(sums, CostKind::kRequested);
  const CostVector& idle = Of(sums, CostKind::kIdle);
  const CostVector& lost = Of(sums, CostKind::kLost);
  for (uint32_t column = 0; column < resources.size(); ++column) {
    if (requested.amount(column) == 0 && idle.amount(column) == 0 && lost.amount(column) == 0) {
      continue;
    }
    v1::CostRow& row = *response->add_rows();
    row.set_key(key);
    row.set_resource(std::string(resources.Name(column)));
    row.set_requested(InSeconds(column, requested.amount(column)));
    row.set_held_idle(InSeconds(column, idle.amount(column)));
    row.set_lost(InSeconds(column, lost.amount(column)));
    row.set_money(InCurrency(requested.money(column) + idle.money(column)));
  }
}

}  // namespace

absl::StatusOr<v1::GetCostResponse> CostRows(const v1::GetCostRequest& request, const Sight& sight,
                                             const ResourceTable& resources,
                                             absl::string_view currency, absl::Time now,
                                             Ledger* ledger) {
  const absl::StatusOr<Key> key = KeyOf(request.group_by());
  if (!key.ok()) return key.status();
  absl::Time since = absl::InfinitePast();
  if (request.has_since()) {
    since = absl::FromUnixSeconds(request.since().seconds()) +
            absl::Nanoseconds(request.since().nanos());
  }
  v1::GetCostResponse response;
  std::map<std::string, CostSums> groups;
  for (const auto& [account, sums] : ledger->Since(since, now)) {
    if (!sight.Sees(account.ns)) continue;
    CostSums& group = groups[account.**key];
    for (size_t kind = 0; kind < kCostKinds; ++kind) group[kind].Add(sums[kind], 1);
  }
  for (const auto& [name, sums] : groups) AddRows(name, sums, resources, &response);
  Render(std::min(now, ledger->Covers(since)), response.mutable_since());
  Render(now, response.mutable_until());
  response.set_currency(std::string(currency));
  return response;
}

}  // namespace muster::daemon
