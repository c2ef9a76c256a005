// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/client.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/look.h"
#include "scheduler/daemon/cli/message_text.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

Tone ToneOfKind(const std::string& kind) {
  if (kind == "start" || kind == "complete" || kind == "settle") return Tone::kGood;
  if (kind == "evict" || kind == "release") return Tone::kBad;
  return kind == "wait" ? Tone::kWarning : Tone::kPlain;
}

// One line as it happens, so its columns are not those of a table: nothing is known of the next.
std::string LineOf(const v1::Decision& decision, const Look& look) {
  std::string rest = absl::StrCat(Shown(decision.gang()), "  ");
  if (!decision.queue().empty()) absl::StrAppend(&rest, "queue ", Shown(decision.queue()), "  ");
  if (decision.pods() > 0) {
    absl::StrAppend(&rest, decision.pods(), decision.pods() == 1 ? " pod  " : " pods  ");
  }
  if (!decision.reason().empty()) absl::StrAppend(&rest, Shown(decision.reason()), "  ");
  if (!decision.other().empty()) absl::StrAppend(&rest, "for ", Shown(decision.other()), "  ");
  absl::StrAppend(&rest, Shown(decision.message()));
  while (!rest.empty() && rest.back() == ' ') rest.pop_back();
  const std::string kind = absl::StrFormat("%-8s", Shown(decision.kind()));
  const std::string at = MomentText(decision.has_at(), decision.at());
  if (look.width == 0) {
    return absl::StrCat(at, "  ", Toned(kind, ToneOfKind(decision.kind()), look.color), "  ", rest,
                        "\n");
  }
  const size_t lead = Columns(at) + 2 + Columns(kind) + 2;
  if (lead >= look.width) return absl::StrCat(Cut(absl::StrCat(at, "  ", kind), look.width), "\n");
  return absl::StrCat(at, "  ", Toned(kind, ToneOfKind(decision.kind()), look.color), "  ",
                      Cut(rest, look.width - lead), "\n");
}

absl::Status Say(const v1::Decision& decision, const LookFlags& look) {
  if (look.output == "table") return cli::Say(LineOf(decision, look.Resolve()));
  const absl::StatusOr<std::string> text =
      look.output == "json" ? JsonText(decision, true) : YamlText(decision);
  if (!text.ok()) return text.status();
  return cli::Say(look.output == "yaml" ? absl::StrCat("---\n", *text) : *text);
}

// Numbers count up by one over all gangs; behind a filter a gap says nothing.
void TellGap(const v1::WatchDecisionsRequest& request, int64_t before, int64_t number) {
  if (!request.queue().empty() || !request.namespace_().empty() || !request.gang().empty()) return;
  if (before <= 0 || number <= before + 1) return;
  UsageError(absl::StrCat(number - before - 1, " decisions are missing here: read too slowly"));
}

}  // namespace

int Decisions(const Arguments& arguments) {
  FlagSet flags("decisions", "",
                "Tells what was decided lately; with --follow goes on as it is decided.");
  ClientFlags client_flags;
  LookFlags look;
  v1::WatchDecisionsRequest request;
  bool follow = false;
  int64_t recent = 20;
  flags.Switch("follow", &follow, "goes on until Ctrl-C");
  flags.Text("queue", request.mutable_queue(), "PATH", "only of that queue and those below it");
  flags.Text("namespace", request.mutable_namespace_(), "NAME", "only of that namespace");
  flags.Short('n', "namespace");
  flags.Text("gang", request.mutable_gang(), "NAMESPACE/GANG", "only of that gang");
  flags.Integer("recent", &recent, 0, 1000, "so many of the past first");
  look.Declare(&flags, {"table", "json", "yaml"});
  client_flags.Declare(&flags);
  flags.OfferFor("queue", QueuePaths(client_flags));
  flags.OfferFor("gang", GangNames(client_flags));
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  request.set_recent(static_cast<int32_t>(recent));
  request.set_once(!follow);
  const absl::Time deadline = (*client)->Deadline();
  if (!(*client)->Reached(deadline)) {
    // The question that fails says why.
    follow = false;
  }
  grpc::ClientContext context;
  (*client)->Prepare(&context, follow ? absl::InfiniteFuture() : deadline);
  const auto reader = (*client)->stub()->WatchDecisions(&context, request);
  v1::Decision decision;
  int64_t before = 0;
  while (reader->Read(&decision)) {
    TellGap(request, before, decision.number());
    before = decision.number();
    const absl::Status said = Say(decision, look);
    if (!said.ok()) {
      context.TryCancel();
      return Fail(said);
    }
  }
  const absl::Status ended = (*client)->Explained(reader->Finish());
  if (!ended.ok()) return Fail(ended);
  const bool none = before == 0 && look.output == "table";
  return none ? Answer(std::string("no decisions\n")) : kOk;
}

}  // namespace muster::daemon::cli
