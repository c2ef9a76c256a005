// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/api_pages.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "scheduler/daemon/page/answer_json.h"
#include "scheduler/daemon/page/fields.h"

namespace muster::daemon {
namespace {

// Who reaches the page sees all of it.
const Sight kAll;

Page Queues(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  v1::ListQueuesRequest request;
  request.set_under(fields.Text("under"));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  return AnswerPage(questions.ListQueues(request, kAll, patience));
}

Page Gangs(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  v1::ListGangsRequest request;
  request.set_queue(fields.Text("queue"));
  request.set_namespace_(fields.Text("namespace"));
  for (std::string& state : fields.Texts("state")) request.add_states(std::move(state));
  for (std::string& reason : fields.Texts("reason")) request.add_reasons(std::move(reason));
  request.set_search(fields.Text("search"));
  request.set_page_size(static_cast<int32_t>(fields.Integer("page_size", 1, 1000, 0)));
  request.set_page_token(fields.Text("page_token"));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  return AnswerPage(questions.ListGangs(request, kAll, patience));
}

Page Explain(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  v1::ExplainRequest request;
  request.set_namespace_(fields.Needed("namespace"));
  request.set_name(fields.Needed("name"));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  return AnswerPage(questions.Explain(request, kAll, patience));
}

Page Nodes(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  v1::ListNodesRequest request;
  request.set_page_size(static_cast<int32_t>(fields.Integer("page_size", 1, 5000, 0)));
  request.set_page_token(fields.Text("page_token"));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  return AnswerPage(questions.ListNodes(request, kAll, patience));
}

// Those after a number, else the newest; waits for none.
Page Decisions(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  const int64_t after = fields.Integer("after", -1, INT64_MAX, -1);
  const int most = static_cast<int>(fields.Integer("most", 1, 1000, 200));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  const auto decisions =
      questions.DecisionsAfter(after, most, kAll, std::min(patience, absl::Milliseconds(50)));
  if (!decisions.ok() && !absl::IsDeadlineExceeded(decisions.status())) {
    return ErrorPage(decisions.status());
  }
  const std::string list = decisions.ok() ? ToJson(*decisions) : "[]";
  return JsonPage(absl::StrCat("{\"decisions\":", list, "}"));
}

Page Costs(Questions& questions, const std::string& query, absl::Duration patience) {
  Fields fields(query);
  v1::GetCostRequest request;
  const std::string since = fields.Text("since");
  request.set_group_by(fields.Text("group_by"));
  if (absl::Status status = fields.Check(); !status.ok()) return ErrorPage(status);
  if (!since.empty() &&
      !google::protobuf::util::TimeUtil::FromString(since, request.mutable_since())) {
    return ErrorPage(
        absl::InvalidArgumentError("since: expected a time like 2026-01-31T08:00:00Z"));
  }
  return AnswerPage(questions.GetCost(request, kAll, patience));
}

}  // namespace

Pages ApiPages(Questions* questions, absl::Duration patience) {
  using Ask = Page (*)(Questions&, const std::string&, absl::Duration);
  const std::pair<const char*, Ask> all[] = {
      {"queues", Queues}, {"gangs", Gangs},         {"explain", Explain},
      {"nodes", Nodes},   {"decisions", Decisions}, {"cost", Costs},
  };
  Pages pages;
  for (const auto& [name, ask] : all) {
    pages[absl::StrCat("/api/v1/", name)] = [questions, patience,
                                             ask = ask](const HttpRequest& request) {
      return ask(*questions, request.query, patience);
    };
  }
  return pages;
}

}  // namespace muster::daemon
