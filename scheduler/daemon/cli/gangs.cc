// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/gang_table.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/questions.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/model/reason.h"

namespace muster::daemon::cli {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

std::vector<absl::string_view> KnownReasons() {
  std::vector<absl::string_view> names;
  for (int code = 1; code <= static_cast<int>(ReasonCode::kForbidden); ++code) {
    names.push_back(Name(static_cast<ReasonCode>(code)));
  }
  return names;
}

// "a,b" into `out`, each as it is written among the known ones. A word that is near a known one is
// a mistake; one that is like none may be known to a newer daemon.
absl::Status ReadWords(absl::string_view flag, const std::string& text,
                       const std::vector<absl::string_view>& known, Words* out) {
  for (absl::string_view word : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::string near = codec::NearestWord(word, known);
    if (!near.empty() && !absl::EqualsIgnoreCase(near, word)) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", codec::Quoted(word),
                                                     ": did you mean ", near, "? expected some of ",
                                                     absl::StrJoin(known, ",")));
    }
    *out->Add() = near.empty() ? std::string(word) : near;
  }
  return absl::OkStatus();
}

}  // namespace

int ListGangs(const Arguments& arguments) {
  FlagSet flags("gangs", "",
                "Lists gangs by queue: what runs by age, then what waits in its order.");
  ClientFlags client_flags;
  LookFlags look;
  v1::ListGangsRequest request;
  std::string states;
  std::string reasons;
  int64_t limit = 0;
  flags.Text("queue", request.mutable_queue(), "PATH", "only of that queue and those below it");
  flags.Text("namespace", request.mutable_namespace_(), "NAME", "only of that namespace");
  flags.Short('n', "namespace");
  flags.Text("state", &states, "STATE,...",
             "waiting, starting, running, degraded, evicted; lately ended");
  flags.Text("reason", &reasons, "REASON,...", "why members wait, such as CapacityShort");
  flags.Text("search", request.mutable_search(), "TEXT", "part of namespace/name, user or app");
  flags.Integer("limit", &limit, 0, 1000000, "at most so many; 0: all");
  look.Declare(&flags, {"table", "wide", "json", "yaml"});
  client_flags.Declare(&flags);
  flags.OfferFor("queue", QueuePaths(client_flags));
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  for (const absl::Status& read :
       {ReadWords("state", states,
                  {"waiting", "starting", "running", "degraded", "evicted", "ended"},
                  request.mutable_states()),
        ReadWords("reason", reasons, KnownReasons(), request.mutable_reasons())}) {
    if (!read.ok()) return Fail(read);
  }
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  absl::StatusOr<v1::ListGangsResponse> gangs =
      AllGangs(client->get(), request, static_cast<int>(limit));
  if (!gangs.ok()) return Fail(WithNearQueue(client->get(), request.queue(), gangs.status()));
  if (gangs->gangs().empty() && (look.output == "table" || look.output == "wide")) {
    return Answer(std::string("no gangs\n"));
  }
  return Answer(*gangs, look.output, [&] {
    return GangTable(gangs->gangs(), TimeOf(gangs->at()), look.output == "wide")
        .Text(look.Resolve());
  });
}

}  // namespace muster::daemon::cli
