// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/known_names.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "scheduler/daemon/cli/client.h"
#include "scheduler/daemon/cli/questions.h"

namespace muster::daemon::cli {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(2);
constexpr int kMostOffered = 500;

// Null: no names this time.
std::unique_ptr<Client> Reach(ClientFlags flags) {
  flags.timeout = std::min(flags.timeout, kPatience);
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(flags);
  return client.ok() ? *std::move(client) : nullptr;
}

// A shell takes it as it is. Names in Kubernetes are of these letters alone.
bool IsWord(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("-_./").find(c) != absl::string_view::npos;
  });
}

std::vector<std::string> Words(std::vector<std::string> names) {
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return !IsWord(name); }),
              names.end());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

FlagSet::Offer QueuePaths(const ClientFlags& flags) {
  return [&flags](const std::string&) -> std::vector<std::string> {
    const std::unique_ptr<Client> client = Reach(flags);
    v1::ListQueuesResponse queues;
    if (client == nullptr || !client->Ask(&Client::Stub::ListQueues, {}, &queues).ok()) return {};
    std::vector<std::string> paths;
    for (const v1::Queue& queue : queues.queues()) paths.push_back(queue.path());
    return Words(std::move(paths));
  };
}

FlagSet::Offer GangNames(const ClientFlags& flags, const std::string& ns) {
  return [&flags, &ns](const std::string& begun) -> std::vector<std::string> {
    const std::unique_ptr<Client> client = Reach(flags);
    if (client == nullptr) return {};
    v1::ListGangsRequest request;
    request.set_namespace_(ns);
    request.set_search(begun);
    const absl::StatusOr<v1::ListGangsResponse> gangs =
        AllGangs(client.get(), request, kMostOffered);
    if (!gangs.ok()) return {};
    std::vector<std::string> names;
    for (const v1::Gang& gang : gangs->gangs()) {
      names.push_back(ns.empty() ? absl::StrCat(gang.namespace_(), "/", gang.name()) : gang.name());
    }
    return Words(std::move(names));
  };
}

FlagSet::Offer GangNames(const ClientFlags& flags) {
  static const std::string* const everywhere = new std::string();
  return GangNames(flags, *everywhere);
}

}  // namespace muster::daemon::cli
