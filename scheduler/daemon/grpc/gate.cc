// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/gate.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/quote.h"

namespace muster::daemon {
namespace {

// "alice may not list gangs.muster.dev in namespace team".
absl::Status Denied(const Caller& caller, const Access& access) {
  return absl::PermissionDeniedError(absl::StrCat(
      codec::Clipped(caller.name, 253), " may not ", access.verb, " ", access.resource,
      ".muster.dev", access.ns.empty() ? "" : absl::StrCat(" in namespace ", access.ns)));
}

// The namespace of a service account; "" for others.
std::string HomeOf(const Caller& caller) {
  absl::string_view rest = caller.name;
  if (!absl::ConsumePrefix(&rest, "system:serviceaccount:")) return "";
  return std::string(rest.substr(0, rest.find(':')));
}

}  // namespace

absl::StatusOr<std::string> BearerToken(absl::string_view authorization) {
  if (authorization.empty()) {
    return absl::UnauthenticatedError(
        "no token: expected the metadata 'authorization: Bearer TOKEN' with a Kubernetes token");
  }
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) {
    return absl::UnauthenticatedError("metadata authorization: expected 'Bearer TOKEN'");
  }
  return std::string(absl::StripAsciiWhitespace(authorization.substr(kScheme.size())));
}

absl::StatusOr<Caller> Gate::CallerOf(absl::string_view authorization,
                                      absl::Duration patience) const {
  const absl::StatusOr<std::string> token = BearerToken(authorization);
  if (!token.ok()) return token.status();
  return authorizer_->WhoIs(*token, patience);
}

absl::Status Gate::Admit(absl::string_view authorization, const Access& access,
                         absl::Duration patience) const {
  if (authorizer_ == nullptr) return absl::OkStatus();
  const absl::StatusOr<Caller> caller = CallerOf(authorization, patience);
  if (!caller.ok()) return caller.status();
  const absl::StatusOr<bool> may = authorizer_->May(*caller, access, patience);
  if (!may.ok()) return may.status();
  return *may ? absl::OkStatus() : Denied(*caller, access);
}

// All namespaces, or of those that are looked at the ones in which it is allowed.
absl::StatusOr<std::set<std::string>> Gate::Allowed(const Caller& caller, absl::string_view verb,
                                                    absl::string_view resource,
                                                    absl::Duration patience, bool* all) const {
  const absl::StatusOr<bool> everywhere = authorizer_->May(caller, {verb, resource, ""}, patience);
  if (!everywhere.ok()) return everywhere.status();
  *all = *everywhere;
  std::set<std::string> allowed;
  if (*all) return allowed;
  const absl::StatusOr<std::vector<std::string>> exist = namespaces_(patience);
  if (!exist.ok()) return exist.status();
  std::set<std::string> asked;
  if (exist->size() <= kMostReviewed) asked.insert(exist->begin(), exist->end());
  if (const std::string home = HomeOf(caller); !home.empty()) asked.insert(home);
  for (const std::string& ns : asked) {
    const absl::StatusOr<bool> may = authorizer_->May(caller, {verb, resource, ns}, patience);
    if (!may.ok()) return may.status();
    if (*may) allowed.insert(ns);
  }
  return allowed;
}

absl::StatusOr<Sight> Gate::SightOf(absl::string_view authorization, absl::string_view verb,
                                    absl::string_view resource, const std::string& ns,
                                    absl::Duration patience) const {
  if (authorizer_ == nullptr) return Sight{};
  const absl::StatusOr<Caller> caller = CallerOf(authorization, patience);
  if (!caller.ok()) return caller.status();
  if (!ns.empty()) {
    const absl::StatusOr<bool> may = authorizer_->May(*caller, {verb, resource, ns}, patience);
    if (!may.ok()) return may.status();
    if (!*may) return Denied(*caller, {verb, resource, ns});
    const absl::StatusOr<bool> all = authorizer_->May(*caller, {verb, resource, ""}, patience);
    if (!all.ok()) return all.status();
    if (*all) return Sight{};
    return Sight{std::set<std::string>{ns}};
  }
  bool all = false;
  absl::StatusOr<std::set<std::string>> allowed = Allowed(*caller, verb, resource, patience, &all);
  if (!allowed.ok()) return allowed.status();
  if (all) return Sight{};
  if (!allowed->empty()) return Sight{*std::move(allowed)};
  const absl::Status denied = Denied(*caller, {verb, resource, ""});
  return absl::PermissionDeniedError(
      absl::StrCat(denied.message(), " of all namespaces; name one in which it may"));
}

absl::StatusOr<Sight> Gate::QueueSightOf(absl::string_view authorization,
                                         absl::Duration patience) const {
  if (authorizer_ == nullptr) return Sight{};
  const absl::StatusOr<Caller> caller = CallerOf(authorization, patience);
  if (!caller.ok()) return caller.status();
  bool all = false;
  absl::StatusOr<std::set<std::string>> queues = Allowed(*caller, "list", "queues", patience, &all);
  if (!queues.ok()) return queues.status();
  if (!all && queues->empty()) return Denied(*caller, {"list", "queues", ""});
  absl::StatusOr<std::set<std::string>> gangs = Allowed(*caller, "list", "gangs", patience, &all);
  if (!gangs.ok()) return gangs.status();
  return all ? Sight{} : Sight{*std::move(gangs)};
}

}  // namespace muster::daemon
