// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/questions.h"
#include "scheduler/daemon/cli/queue_table.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {

int ListQueues(const Arguments& arguments) {
  FlagSet flags("queues", "",
                "Shows the tree of queues: what each uses, holds, is guaranteed and waits for.");
  ClientFlags client_flags;
  LookFlags look;
  std::string under;
  flags.Text("under", &under, "PATH", "only that queue and those below it");
  look.Declare(&flags, {"table", "wide", "json", "yaml"});
  client_flags.Declare(&flags);
  flags.OfferFor("under", QueuePaths(client_flags));
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  v1::ListQueuesRequest request;
  request.set_under(under);
  v1::ListQueuesResponse queues;
  const absl::Status asked = (*client)->Ask(&Client::Stub::ListQueues, request, &queues);
  if (!asked.ok()) return Fail(WithNearQueue(client->get(), under, asked));
  return Answer(queues, look.output,
                [&] { return QueueTable(queues, look.output == "wide").Text(look.Resolve()); });
}

}  // namespace muster::daemon::cli
