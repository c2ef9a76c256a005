// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/explanation_text.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/questions.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

// NAMESPACE/NAME, or NAME in `ns`.
absl::StatusOr<ObjectName> ReadName(const std::string& text, const std::string& ns) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  ObjectName name;
  if (parts.size() == 2) name = {parts[0], parts[1]};
  if (parts.size() == 1) name = {ns.empty() ? "default" : ns, parts[0]};
  if (name.ns.empty() || name.name.empty() || (parts.size() == 2 && !ns.empty() && ns != name.ns)) {
    return absl::InvalidArgumentError(absl::StrCat(
        codec::Quoted(text), ": expected NAMESPACE/GANG or NAMESPACE/POD, or a name and -n"));
  }
  return name;
}

}  // namespace

int Explain(const Arguments& arguments) {
  FlagSet flags("explain", "NAMESPACE/GANG",
                "Says why a gang waits, what would unblock it, where it was tried and what its "
                "start would cost others.\nAlso found by the name of one of its pods.");
  ClientFlags client_flags;
  LookFlags look;
  std::string ns;
  flags.Text("namespace", &ns, "NAME", "of a gang or pod given without one; else default");
  flags.Short('n', "namespace");
  look.Declare(&flags, {"table", "wide", "json", "yaml"});
  client_flags.Declare(&flags);
  flags.OfferForArguments(GangNames(client_flags, ns));
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  const absl::StatusOr<ObjectName> name = ReadName(positional[0], ns);
  if (!name.ok()) return Fail(name.status());
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  v1::ExplainRequest request;
  request.set_namespace_(name->ns);
  request.set_name(name->name);
  v1::Explanation explanation;
  const absl::Status asked = (*client)->Ask(&Client::Stub::Explain, request, &explanation);
  if (!asked.ok()) return Fail(WithNearGang(client->get(), *name, asked));
  return Answer(explanation, look.output, [&] {
    return ExplanationText(explanation, look.Resolve(), look.output == "wide");
  });
}

}  // namespace muster::daemon::cli
