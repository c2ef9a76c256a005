// SPDX-License-Identifier: Apache-2.0
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/client.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/cost_text.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {

int Cost(const Arguments& arguments) {
  FlagSet flags("cost", "",
                "Tells what was requested, held idle and lost to evictions, and what it cost.");
  ClientFlags client_flags;
  LookFlags look;
  absl::Duration since = absl::Hours(24);
  std::string by = "queue";
  flags.Duration("since", &since, "how far back, as far as it was counted");
  flags.Choice("by", &by, {"queue", "namespace", "user", "app", "node"}, "what to sum up by");
  look.Declare(&flags, {"table", "csv", "json", "yaml"});
  client_flags.Declare(&flags);
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  v1::GetCostRequest request;
  request.mutable_since()->set_seconds(absl::ToUnixSeconds(absl::Now() - since));
  request.set_group_by(by);
  v1::GetCostResponse cost;
  const absl::Status asked = (*client)->Ask(&Client::Stub::GetCost, request, &cost);
  if (!asked.ok()) return Fail(asked);
  return Answer(cost, look.output, [&] {
    return look.output == "csv" ? CostCsv(cost, by) : CostTableText(cost, by, look.Resolve());
  });
}

}  // namespace muster::daemon::cli
