// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/page/fake_questions.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

namespace muster::daemon {
namespace {

using google::protobuf::util::TimeUtil;
using Quantities = google::protobuf::RepeatedPtrField<v1::Quantity>;

google::protobuf::Timestamp Stamp(absl::Time time) {
  return TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(time));
}

void Tell(const FakeAmounts& amounts, bool zeros, Quantities* quantities) {
  const auto add = [&](const char* resource, int64_t value, const char* unit, double base) {
    if (value == 0 && !zeros) return;
    v1::Quantity* quantity = quantities->Add();
    quantity->set_resource(resource);
    quantity->set_text(absl::StrCat(value, value == 0 ? "" : unit));
    quantity->set_value(static_cast<double>(value) * base);
  };
  add("cpu", amounts.cpu, "", 1);
  add("memory", amounts.memory, "Gi", 1024.0 * 1024 * 1024);
  if (amounts.gpu != 0) add("nvidia.com/gpu", amounts.gpu, "", 1);
}

std::string Message(const FakeGang& gang) {
  const FakeAmounts sum = gang.each * gang.members;
  if (gang.reason == "CapacityShort") {
    return absl::StrCat("gang needs ", sum.cpu, " cpu, ", sum.cpu / 3,
                        " free on the nodes that admit it; starts when at least ",
                        sum.cpu - sum.cpu / 3, " cpu more become free");
  }
  if (gang.reason == "QueueQuota") {
    return absl::StrCat("gang needs ", sum.cpu,
                        " cpu, less is left of the queue's max; starts when ",
                        "its max is raised or gangs of it end");
  }
  if (gang.reason == "BehindHead") return "the gang ahead needs the same nodes; starts after it";
  if (gang.reason == "QueueClosed") return "the queue is draining; no gang of it starts";
  return "";
}

v1::Gang Render(const FakeGang& from, const FakeCluster& cluster, int position) {
  v1::Gang gang;
  gang.set_namespace_(from.ns);
  gang.set_name(from.name);
  gang.set_kind(from.kind);
  gang.set_queue(cluster.queues()[from.queue].path);
  gang.set_user(from.user);
  gang.set_app(from.app);
  gang.set_state(from.state);
  *gang.mutable_created() = Stamp(from.created);
  const bool waits = from.state == "waiting";
  const bool ended = from.state == "ended";
  const bool began = !waits && from.began != absl::InfiniteFuture();
  if (began) *gang.mutable_began() = Stamp(from.began);
  if (ended) *gang.mutable_ended() = Stamp(from.ends);
  gang.set_evicted(from.evicted);
  gang.set_minimum(from.minimum);
  gang.set_members(waits ? 1 : from.members - from.held);
  gang.set_bound(waits ? 0 : from.members - from.held);
  gang.set_held(from.held);
  gang.set_reason(from.reason);
  gang.set_message(Message(from));
  gang.set_position(position);
  const absl::Time until = began ? from.began : ended ? from.ends : cluster.now();
  const absl::Duration wait = until - from.created;
  *gang.mutable_wait() = TimeUtil::MillisecondsToDuration(absl::ToInt64Milliseconds(wait));
  Tell(from.each * from.members, false, gang.mutable_needs());
  return gang;
}

// Of every gang that waits, its place in its queue.
std::map<const FakeGang*, int> Positions(const FakeCluster& cluster) {
  std::map<size_t, int> waiting;
  std::map<const FakeGang*, int> positions;
  for (const FakeGang& gang : cluster.gangs()) {
    if (gang.state == "waiting") positions[&gang] = ++waiting[gang.queue];
  }
  return positions;
}

bool Matches(const FakeGang& gang, const FakeCluster& cluster,
             const v1::ListGangsRequest& request) {
  const auto among = [](const std::string& value, const auto& values) {
    return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
  };
  const std::string& path = cluster.queues()[gang.queue].path;
  const bool queue = request.queue().empty() || path == request.queue() ||
                     absl::StartsWith(path, request.queue() + ".");
  return queue && (request.namespace_().empty() || request.namespace_() == gang.ns) &&
         among(gang.state, request.states()) && among(gang.reason, request.reasons()) &&
         absl::StrContains(absl::StrCat(gang.ns, "/", gang.name, " ", gang.user, " ", gang.app),
                           request.search());
}

}  // namespace

void FakeQuestions::With(const std::function<void(FakeCluster&)>& change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  change(cluster_);
}

void FakeQuestions::Fail(absl::Status status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = std::move(status);
}

void FakeQuestions::Stall(bool stalled) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stalled_ = stalled;
  }
  resumed_.notify_all();
}

absl::Status FakeQuestions::Begin(std::unique_lock<std::mutex>* lock, absl::Duration patience) {
  ++asked_;
  *lock = std::unique_lock<std::mutex>(mutex_);
  const bool answers =
      resumed_.wait_for(*lock, absl::ToChronoNanoseconds(patience), [this] { return !stalled_; });
  return answers ? status_ : absl::DeadlineExceededError("the scheduler did not answer in time");
}

absl::StatusOr<v1::ListQueuesResponse> FakeQuestions::ListQueues(const v1::ListQueuesRequest&,
                                                                 const Sight&,
                                                                 absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  v1::ListQueuesResponse response;
  FakeAmounts sum;
  for (const FakeNode& node : cluster_.nodes()) sum += node.size;
  Tell(sum, true, response.mutable_cluster());
  *response.mutable_at() = Stamp(cluster_.now());
  response.set_version("0.1.0");
  for (const FakeQueue& from : cluster_.queues()) {
    v1::Queue* queue = response.add_queues();
    queue->set_path(from.path);
    const size_t dot = from.path.rfind('.');
    if (dot != std::string::npos) queue->set_parent(from.path.substr(0, dot));
    queue->set_leaf(from.leaf);
    queue->set_state(from.state);
    queue->set_weight(from.weight);
    queue->set_order(from.order);
    Tell(from.guaranteed, false, queue->mutable_guaranteed());
    Tell(from.max, false, queue->mutable_max());
    Tell(from.used, true, queue->mutable_used());
    Tell(from.held, true, queue->mutable_held());
    FakeAmounts own = from.used;
    own += from.held;
    const double share =
        static_cast<double>(own.cpu) / static_cast<double>(std::max<int64_t>(1, sum.cpu));
    queue->set_dominant_share(share);
    queue->set_dominant_resource("cpu");
    queue->set_share(share / static_cast<double>(from.weight));
    std::map<std::string, int64_t> reasons;
    absl::Time oldest = absl::InfiniteFuture();
    for (const FakeGang& gang : cluster_.gangs()) {
      const std::string& path = cluster_.queues()[gang.queue].path;
      if (path != from.path && !absl::StartsWith(path, from.path + ".")) continue;
      if (gang.state != "waiting") {
        queue->set_running_gangs(queue->running_gangs() + 1);
        continue;
      }
      queue->set_waiting_gangs(queue->waiting_gangs() + 1);
      oldest = std::min(oldest, gang.created);
      ++reasons[gang.reason];
    }
    if (oldest < absl::InfiniteFuture()) {
      *queue->mutable_oldest_wait() =
          TimeUtil::MillisecondsToDuration(absl::ToInt64Milliseconds(cluster_.now() - oldest));
    }
    for (const auto& [reason, count] : reasons) {
      v1::ReasonCount* row = queue->add_waiting_by_reason();
      row->set_reason(reason);
      row->set_gangs(count);
    }
  }
  return response;
}

absl::StatusOr<v1::ListGangsResponse> FakeQuestions::ListGangs(const v1::ListGangsRequest& request,
                                                               const Sight&,
                                                               absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  v1::ListGangsResponse response;
  size_t first = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &first)) {
    return absl::InvalidArgumentError("page_token: expected one that was given out");
  }
  const size_t size = request.page_size() == 0 ? 500 : static_cast<size_t>(request.page_size());
  const auto positions = Positions(cluster_);
  size_t matching = 0;
  const bool ended = request.states_size() == 1 && request.states(0) == "ended";
  for (const FakeGang& gang : ended ? cluster_.ended() : cluster_.gangs()) {
    if (!Matches(gang, cluster_, request)) continue;
    if (matching >= first && matching < first + size) {
      const auto position = positions.find(&gang);
      *response.add_gangs() =
          Render(gang, cluster_, position == positions.end() ? 0 : position->second);
    }
    ++matching;
  }
  if (first + size < matching) response.set_next_page_token(absl::StrCat(first + size));
  response.set_total(static_cast<int64_t>(matching));
  *response.mutable_at() = Stamp(cluster_.now());
  return response;
}

absl::StatusOr<v1::Explanation> FakeQuestions::Explain(const v1::ExplainRequest& request,
                                                       const Sight&, absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  const auto found =
      std::find_if(cluster_.gangs().begin(), cluster_.gangs().end(), [&](const FakeGang& gang) {
        return gang.ns == request.namespace_() && gang.name == request.name();
      });
  if (found == cluster_.gangs().end()) {
    return absl::NotFoundError(
        absl::StrCat("no gang or pod ", request.namespace_(), "/", request.name()));
  }
  v1::Explanation answer;
  const auto positions = Positions(cluster_);
  const auto position = positions.find(&*found);
  *answer.mutable_gang() =
      Render(*found, cluster_, position == positions.end() ? 0 : position->second);
  answer.set_reason(answer.gang().reason());
  answer.set_message(answer.gang().message());
  answer.set_position(answer.gang().position());
  *answer.mutable_needs() = answer.gang().needs();
  for (const auto& [name, count] :
       {std::make_pair("driver", 1), std::make_pair("executor", found->members - 1)}) {
    v1::Role* role = answer.add_roles();
    role->set_name(name);
    role->set_count(count);
    Tell(found->each, false, role->mutable_each());
  }
  const bool waits = found->state == "waiting";
  if (waits) answer.set_unblock("starts when at least 12 cpu more become free in one zone");
  for (const char* zone : {"eu-central-1a", "eu-central-1b", "eu-central-1c"}) {
    if (!waits) break;
    v1::Tried* tried = answer.add_tried();
    tried->set_where(absl::StrCat("zone ", zone));
    tried->set_role("executor");
    tried->set_nodes(static_cast<int32_t>(cluster_.nodes().size() / 3));
    tried->set_admitted(tried->nodes() - 4);
    tried->set_room(found->members / 3);
    tried->set_asked(found->members - 1);
    tried->set_message("4 nodes: taint pool=gpu:NoSchedule is not tolerated");
  }
  for (const auto& [other, place] : positions) {
    if (other->queue == found->queue && place < answer.position() && answer.ahead_size() < 10) {
      answer.add_ahead(absl::StrCat(other->ns, "/", other->name));
    }
  }
  if (waits) answer.set_cost_message("no queue has more than it is entitled to");
  for (int i = 0; i < found->members; ++i) {
    v1::Member* member = answer.add_members();
    const auto index = static_cast<size_t>(i);
    const bool held = !waits && index + static_cast<size_t>(found->held) >= found->nodes.size();
    member->set_pod(absl::StrCat(found->app, i == 0 ? "-driver" : absl::StrCat("-exec-", i)));
    member->set_role(i == 0 ? "driver" : "executor");
    member->set_state(waits || held ? "waiting" : "running");
    if (index < found->nodes.size()) member->set_node(cluster_.nodes()[found->nodes[index]].name);
  }
  for (const v1::Decision& decision : cluster_.decisions()) {
    if (decision.gang() == absl::StrCat(found->ns, "/", found->name)) {
      *answer.add_history() = decision;
    }
  }
  answer.set_history_url(found->app[0] == '<'
                             ? "javascript:document.title='owned'"
                             : absl::StrCat("http://localhost:18080/history/", found->name));
  return answer;
}

absl::StatusOr<v1::ListNodesResponse> FakeQuestions::ListNodes(const v1::ListNodesRequest& request,
                                                               const Sight&,
                                                               absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  v1::ListNodesResponse response;
  size_t first = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &first)) {
    return absl::InvalidArgumentError("page_token: expected one that was given out");
  }
  const size_t size = request.page_size() == 0 ? 1000 : static_cast<size_t>(request.page_size());
  for (size_t i = first; i < std::min(first + size, cluster_.nodes().size()); ++i) {
    const FakeNode& from = cluster_.nodes()[i];
    v1::Node* node = response.add_nodes();
    node->set_name(from.name);
    node->set_zone(from.zone);
    node->set_instance_type(from.type);
    node->set_unschedulable(from.unschedulable);
    node->set_pods(from.pods);
    Tell(from.size, true, node->mutable_allocatable());
    Tell(from.used, true, node->mutable_used());
    Tell(from.held, true, node->mutable_held());
    const double cpu = static_cast<double>(from.used.cpu + from.held.cpu);
    const double memory = static_cast<double>(from.used.memory + from.held.memory);
    node->set_used_share(std::max(cpu / static_cast<double>(from.size.cpu),
                                  memory / static_cast<double>(from.size.memory)));
  }
  if (first + size < cluster_.nodes().size()) {
    response.set_next_page_token(absl::StrCat(first + size));
  }
  response.set_total(static_cast<int64_t>(cluster_.nodes().size()));
  return response;
}

absl::StatusOr<std::string> FakeQuestions::DumpState(absl::Duration) {
  return absl::UnimplementedError("not asked by a page");
}

absl::StatusOr<v1::WhatIfResponse> FakeQuestions::WhatIf(const v1::WhatIfRequest&, absl::Duration) {
  return absl::UnimplementedError("not asked by a page");
}

absl::StatusOr<v1::GetCostResponse> FakeQuestions::GetCost(const v1::GetCostRequest& request,
                                                           const Sight&, absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  v1::GetCostResponse response;
  std::map<std::string, FakeAmounts> rows;
  for (const FakeGang& gang : cluster_.gangs()) {
    const std::string& by = request.group_by();
    const std::string key = by == "namespace" ? gang.ns
                            : by == "user"    ? gang.user
                            : by == "app"     ? gang.app
                                              : cluster_.queues()[gang.queue].path;
    if (gang.state != "waiting")
      rows[by == "node" ? "m6i.4xlarge/on-demand" : key] += gang.each * gang.members;
  }
  for (const auto& [key, amounts] : rows) {
    v1::CostRow* row = response.add_rows();
    row->set_key(key);
    row->set_resource("cpu");
    row->set_requested(static_cast<double>(amounts.cpu) * 3600);
    row->set_held_idle(static_cast<double>(amounts.cpu) * 140);
    row->set_lost(static_cast<double>(amounts.cpu) * 60);
    row->set_money(static_cast<double>(amounts.cpu) * 0.043);
    row = response.add_rows();
    row->set_key(key);
    row->set_resource("memory");
    row->set_requested(static_cast<double>(amounts.memory) * 3600 * (1 << 30));
    row->set_held_idle(static_cast<double>(amounts.memory) * 140 * (1 << 30));
    row->set_money(static_cast<double>(amounts.memory) * 0.005);
  }
  *response.mutable_since() = Stamp(cluster_.now() - absl::Hours(1));
  *response.mutable_until() = Stamp(cluster_.now());
  response.set_currency("EUR");
  return response;
}

absl::StatusOr<std::vector<v1::Decision>> FakeQuestions::DecisionsAfter(int64_t after, int most,
                                                                        const Sight&,
                                                                        absl::Duration patience) {
  std::unique_lock<std::mutex> lock;
  if (absl::Status status = Begin(&lock, patience); !status.ok()) return status;
  std::vector<v1::Decision> decisions;
  const auto& all = cluster_.decisions();
  const size_t newest = all.size() - std::min(all.size(), static_cast<size_t>(most));
  const size_t first = after < 0 ? newest : static_cast<size_t>(after);
  for (size_t i = first; i < all.size() && decisions.size() < static_cast<size_t>(most); ++i) {
    decisions.push_back(all[i]);
  }
  return decisions;
}

}  // namespace muster::daemon
