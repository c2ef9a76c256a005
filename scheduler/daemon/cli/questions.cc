// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/questions.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

constexpr int kPage = 1000;
constexpr int kMostCompared = 10000;  // names, when one was mistyped

absl::Status DidYouMean(const absl::Status& status, const std::string& near) {
  if (near.empty()) return status;
  return absl::NotFoundError(absl::StrCat(status.message(), "; did you mean ", Shown(near), "?"));
}

}  // namespace

absl::StatusOr<v1::ListGangsResponse> AllGangs(Client* client, v1::ListGangsRequest request,
                                               int most) {
  v1::ListGangsResponse all;
  request.set_page_size(most > 0 && most < kPage ? most : kPage);
  while (true) {
    v1::ListGangsResponse page;
    const absl::Status asked = client->Ask(&Client::Stub::ListGangs, request, &page);
    if (!asked.ok()) return asked;
    for (v1::Gang& gang : *page.mutable_gangs()) all.add_gangs()->Swap(&gang);
    // Of the last page: gangs may have come and gone between the pages.
    all.set_total(page.total());
    *all.mutable_at() = page.at();
    const bool enough = most > 0 && all.gangs_size() >= most;
    if (page.next_page_token().empty() || enough) return all;
    if (page.gangs().empty() || page.next_page_token() == request.page_token()) {
      return absl::InternalError("the daemon's list of gangs does not come to an end");
    }
    request.set_page_token(page.next_page_token());
  }
}

absl::Status WithNearGang(Client* client, const ObjectName& asked, const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  const absl::StatusOr<v1::ListGangsResponse> all = AllGangs(client, {}, kMostCompared);
  if (!all.ok()) return status;
  std::vector<std::string> here;
  std::vector<std::string> elsewhere;
  for (const v1::Gang& gang : all->gangs()) {
    const std::string name = absl::StrCat(gang.namespace_(), "/", gang.name());
    if (gang.name() == asked.name) return DidYouMean(status, name);
    (gang.namespace_() == asked.ns ? here : elsewhere).push_back(name);
  }
  std::string near;
  for (const std::vector<std::string>* names : {&here, &elsewhere}) {
    if (near.empty()) {
      near = codec::NearestWord(ToString(asked), {names->begin(), names->end()});
    }
  }
  return DidYouMean(status, near);
}

absl::Status WithNearQueue(Client* client, const std::string& path, const absl::Status& status) {
  if (!absl::IsNotFound(status) || path.empty()) return status;
  v1::ListQueuesResponse all;
  if (!client->Ask(&Client::Stub::ListQueues, v1::ListQueuesRequest(), &all).ok()) return status;
  std::vector<absl::string_view> paths;
  for (const v1::Queue& queue : all.queues()) paths.push_back(queue.path());
  return DidYouMean(status, codec::NearestWord(path, paths));
}

}  // namespace muster::daemon::cli
