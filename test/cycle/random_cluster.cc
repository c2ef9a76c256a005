// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/random_cluster.h"

namespace muster::test {

RandomCluster::RandomCluster(uint64_t seed, Guard guard) : dice_(seed), guard_(guard) {
  MakeQueues();
  if (guard_ == Guard::kNone) NobodyStarves(&config.queues);
  w.Hear(QueuesSeen{config});
  for (int i = dice_.Between(1, 6); i > 0; --i) PutNode(absl::StrCat("n", i));
  w.Hear(Synced{});
}

void RandomCluster::NobodyStarves(std::vector<QueueSpec>* queues) {
  for (QueueSpec& queue : *queues) {
    queue.starve_after = absl::Hours(1000);
    NobodyStarves(&queue.queues);
  }
}

// Sometimes one of each kind of limit.
void RandomCluster::Limit(QueueSpec* queue) {
  const auto limit = [this]() {
    UseLimit drawn;
    if (dice_.OneIn(2)) drawn.max_running = dice_.Between(1, 3);
    if (!drawn.max_running || dice_.OneIn(2)) drawn.max = Cpu(dice_.Between(2, 10));
    return drawn;
  };
  if (dice_.OneIn(5)) queue->max_running = dice_.Between(1, 4);
  if (dice_.OneIn(6)) queue->users.otherwise = limit();
  if (dice_.OneIn(6)) queue->users.named["ns/user0"] = limit();
  if (dice_.OneIn(8)) queue->groups.named["odd"] = limit();
  if (dice_.OneIn(12)) queue->groups.otherwise = limit();
  if (dice_.OneIn(15)) queue->state = dice_.OneIn(2) ? QueueState::kDraining : QueueState::kClosed;
  if (dice_.OneIn(10)) queue->max_priority = 5;
  if (dice_.OneIn(6)) queue->priority = dice_.Between(-1, 1);
  if (dice_.OneIn(6) && !queue->guaranteed.empty()) queue->reclaimable = false;
}

// Other limits for the same queues, while work waits and runs.
void RandomCluster::Reconfigure() {
  const auto draw = [this](QueueSpec* queue) {
    QueueSpec fresh;
    fresh.name = queue->name;
    fresh.weight = queue->weight;
    fresh.order = queue->order;
    fresh.starve_after = queue->starve_after;
    fresh.backfill = queue->backfill;
    fresh.per_namespace = queue->per_namespace;
    fresh.namespaces = queue->namespaces;
    fresh.queues = queue->queues;
    if (dice_.OneIn(2)) fresh.max = Cpu(dice_.Between(2, 20));
    if (dice_.OneIn(3)) fresh.guaranteed = Cpu(dice_.Between(1, 4));
    Limit(&fresh);
    *queue = std::move(fresh);
  };
  for (QueueSpec& queue : config.queues) {
    draw(&queue);
    for (QueueSpec& inner : queue.queues) draw(&inner);
  }
  happened = "another config";
  w.Hear(QueuesSeen{config});
}

void RandomCluster::MakeQueues() {
  config.groups = {{"odd", {"ns/user1", "ns/def*"}}, {"all", {"*"}}};
  const auto add = [this](QueueSpec* parent, const std::string& name) {
    QueueSpec leaf = Leaf(name, {}, dice_.Between(1, 3));
    if (dice_.OneIn(2)) leaf.order = LeafOrder::kFair;
    if (dice_.OneIn(2)) leaf.backfill = true;
    if (dice_.OneIn(2)) leaf.starve_after = absl::Seconds(dice_.Between(1, 600));
    if (dice_.OneIn(2)) leaf.max = Cpu(dice_.Between(2, 20));
    if (dice_.OneIn(3)) leaf.guaranteed = Cpu(dice_.Between(1, 6));
    if (dice_.OneIn(5)) leaf.preemptible = false;
    if (dice_.OneIn(5)) leaf.min_runtime = absl::Seconds(dice_.Between(1, 60));
    if (dice_.OneIn(8)) leaf.evictions_per_hour = dice_.Between(1, 3);
    Limit(&leaf);
    if (dice_.OneIn(10)) leaf.service_accounts = {"ns/user?"};
    leaf.per_namespace = dice_.OneIn(8);
    if (leaf.per_namespace) leaf.namespaces = {"ns", "other"};
    leaves_.push_back(parent == nullptr ? name : absl::StrCat(parent->name, ".", name));
    (parent == nullptr ? config.queues : parent->queues).push_back(leaf);
  };
  add(nullptr, "etl");
  if (!dice_.OneIn(4)) add(nullptr, "adhoc");
  if (!dice_.OneIn(2)) return;
  QueueSpec inner = Leaf("team");
  if (dice_.OneIn(2)) inner.max = Cpu(dice_.Between(4, 16));
  Limit(&inner);
  add(&inner, "a");
  add(&inner, "b");
  config.queues.push_back(inner);
}

void RandomCluster::PutNode(const std::string& name) {
  happened = absl::StrCat("node ", name);
  Node node = MakeNode(name, dice_.Between(2, 12), dice_.Between(4, 40), dice_.Between(2, 12));
  node.labels = {{"pool", dice_.OneIn(2) ? "spark" : "other"}};
  if (dice_.OneIn(4)) node.taints = {{"dedicated", "spark", TaintEffect::kNoSchedule}};
  if (dice_.OneIn(6)) node.allocatable.Set("gpu", 2);
  node.unschedulable = dice_.OneIn(10);
  nodes[name] = node;
  w.See(node);
}

void RandomCluster::Put(Pod pod) {
  happened = absl::StrCat("pod ", pod.name, " on ", pod.node_name, " phase ",
                          static_cast<int>(pod.phase), pod.deleting ? " deleting" : "");
  pods[pod.uid] = pod;
  w.See(std::move(pod));
}

void RandomCluster::Remove(const std::string& uid) {
  happened = absl::StrCat("gone ", uid);
  pods.erase(uid);
  forecasts.erase(uid);
  w.Hear(PodGone{uid});
}

RoleSpec RandomCluster::Role() {
  RoleSpec role;
  role.requests = Cpu(dice_.Between(1, 4), dice_.Between(0, 6));
  if (dice_.OneIn(5)) role.requests.Set(kCpu, 500);
  if (dice_.OneIn(12)) role.requests.Set("gpu", 1);
  if (dice_.OneIn(3)) role.node_selector = {{"pool", dice_.OneIn(2) ? "spark" : "other"}};
  if (dice_.OneIn(3)) role.tolerations = {{"dedicated", true, ""}};
  if (dice_.OneIn(25)) role.unsupported = {"spec.affinity.podAffinity"};
  if (dice_.OneIn(25)) role.requests = Cpu(40);
  return role;
}

std::string RandomCluster::AnyQueue() { return dice_.OneIn(20) ? "nowhere" : dice_.Of(leaves_); }

void RandomCluster::Submit() {
  const std::string name = absl::StrCat("w", next_++);
  if (dice_.OneIn(3)) return SubmitSpark(name);
  const RoleSpec first = Role();
  const RoleSpec second = dice_.OneIn(3) ? Role() : first;
  const std::string queue = AnyQueue();
  const int members = dice_.Between(1, 5);
  const int32_t minimum = dice_.Between(1, members + (dice_.OneIn(5) ? 1 : 0));
  const int32_t priority = dice_.OneIn(4) ? 10 : 0;
  const std::string user = absl::StrCat("user", dice_.Between(0, 2));
  const bool stubborn = dice_.OneIn(8);
  const absl::Duration runtime = absl::Seconds(dice_.OneIn(3) ? 0 : dice_.Between(1, 90));
  for (int i = 0; i < members; ++i) {
    Pod pod = members == 1 ? MakePod(name) : Member(name, i, minimum);
    pod.created = w.now;
    pod.role = i == 0 ? first : second;
    pod.queue = queue;
    pod.priority = priority;
    pod.service_account = user;
    pod.preempts = !stubborn;
    pod.runtime = runtime;
    if (dice_.OneIn(40)) pod.config_error = "annotation x: expected y";
    Put(std::move(pod));
  }
}

void RandomCluster::SubmitSpark(const std::string& name) {
  Pod driver = Driver(name);
  driver.created = w.now;
  driver.role = Role();
  driver.queue = AnyQueue();
  if (dice_.OneIn(2)) driver.app = absl::StrCat("app", dice_.Between(0, 1));
  Forecast forecast = Executors(dice_.Between(0, 5), 0);
  forecast.floor = dice_.Between(0, forecast.start);
  forecast.executor = Role();
  forecasts[driver.uid] = forecast;
  const std::string uid = driver.uid;
  Put(std::move(driver));
  w.Hear(ForecastSeen{uid, forecast});
}

void RandomCluster::SpawnExecutors() {
  std::vector<Pod> born;
  for (const auto& [uid, pod] : pods) {
    if (pod.spark_role != SparkRole::kDriver || pod.phase != PodPhase::kRunning) continue;
    const Forecast& forecast = forecasts[uid];
    int& spawned = executors_[uid];
    const int most = forecast.start + dice_.Between(0, 2);
    if (spawned >= most || dice_.OneIn(2)) continue;
    Pod executor = Executor(pod.spark_app, spawned++);
    executor.created = w.now;
    executor.role = forecast.executor;
    if (dice_.OneIn(10)) executor.role.requests.Add(Cpu(1));  // a sidecar
    born.push_back(std::move(executor));
  }
  for (Pod& pod : born) Put(std::move(pod));
}

void RandomCluster::End() {
  std::vector<std::string> uids;
  for (const auto& [uid, pod] : pods) uids.push_back(uid);
  if (uids.empty()) return;
  const std::string uid = dice_.Of(uids);
  Pod pod = pods[uid];
  if (!pod.node_name.empty() && !IsTerminal(pod) && dice_.OneIn(2)) {
    pod.phase = dice_.OneIn(3) ? PodPhase::kFailed : PodPhase::kSucceeded;
    Put(std::move(pod));
  } else if (!pod.deleting && dice_.OneIn(3)) {
    pod.deleting = true;
    Put(std::move(pod));
  } else {
    Remove(uid);
  }
}

void RandomCluster::Disturb() {
  const std::string name = absl::StrCat("n", dice_.Between(1, 7));
  if (nodes.count(name) > 0 && dice_.OneIn(3)) {
    happened = absl::StrCat("no more node ", name);
    nodes.erase(name);
    w.Hear(NodeGone{name});
  } else if (dice_.OneIn(2)) {
    PutNode(name);
  } else {
    Pod other = Foreign(absl::StrCat("other", next_++), dice_.Between(1, 3), name);
    Put(std::move(other));
  }
}

void RandomCluster::Live() {
  w.Pass(absl::Seconds(dice_.Between(0, 3)));
  if (dice_.OneIn(12)) w.Pass(absl::Minutes(11));
  std::vector<Bind> answered;
  answered.swap(in_flight_);
  for (const Bind& bind : answered) Answer(bind);
  for (int i = dice_.Between(0, 3); i > 0; --i) Submit();
  SpawnExecutors();
  Collect();
  for (int i = dice_.Between(0, 2); i > 0; --i) End();
  if (dice_.OneIn(4)) Disturb();
  if (dice_.OneIn(10)) Reconfigure();
}

void RandomCluster::LiveALittle() {
  switch (dice_.Between(1, 5)) {
    case 1: happened = "time"; return w.Pass(absl::Milliseconds(dice_.Between(1, 90000)));
    case 2: return End();
    case 3: return Disturb();
    case 4: return SpawnExecutors();
    default:
      if (in_flight_.empty()) return w.Pass(absl::Seconds(1));
      const Bind bind = in_flight_.back();
      in_flight_.pop_back();
      return Answer(bind);
  }
}

void RandomCluster::Answer(const Bind& bind) {
  auto found = pods.find(bind.uid);
  if (found == pods.end() || !found->second.node_name.empty()) return;
  if (!bind.accepted && (dice_.OneIn(10) || found->second.deleting)) {
    happened = absl::StrCat("refused ", bind.uid);
    w.Hear(BindRefused{bind.uid, 409, "refused by the dice"});
    return;
  }
  if (!bind.accepted && dice_.OneIn(2)) {
    w.Hear(BindAccepted{bind.uid});
    happened = absl::StrCat("accepted ", bind.uid);
    if (dice_.OneIn(3)) return in_flight_.push_back({bind.uid, bind.node, true});  // seen later
  }
  const PodPhase phase = dice_.OneIn(5) ? PodPhase::kPending : PodPhase::kRunning;
  Pod pod = On(found->second, bind.node, phase);
  const Gang& gang = w.GangOf(pod);
  pod.stamp = Stamp{};
  pod.stamp->minimum = gang.minimum;
  pod.stamp->user = gang.user;
  pod.stamp->hold = gang.driver == w.pod(pod) ? HeldMembers(gang) : 0;
  pod.stamp->at = w.now;
  pod.stamp->queue = w.state.tree().at(gang.queue).path;
  Put(std::move(pod));
}

void RandomCluster::Act(const Plan& plan) {
  w.state.Assume(plan, w.now);
  w.CheckBooks();
  w.state.ClearChanged();
  Answer(plan);
}

void RandomCluster::Answer(const Plan& plan) {
  for (const Step& step : plan.steps) {
    for (const Placement& placement : step.placements) {
      in_flight_.push_back(
          {w.state.pod(placement.pod).pod.uid, w.state.nodes().at(placement.node).name, false});
    }
  }
  std::vector<std::string> given_up;
  for (GangId id : plan.releases) {
    for (PodId member : w.state.gang(id).members) {
      if (w.state.pod(member).given_up) given_up.push_back(w.state.pod(member).pod.uid);
    }
  }
  for (const std::string& uid : given_up) Remove(uid);
  for (const Claim& claim : plan.claims) Evict(claim);
  std::vector<Bind> sent;
  sent.swap(in_flight_);
  for (const Bind& bind : sent) {
    if (dice_.OneIn(5)) {
      in_flight_.push_back(bind);
    } else {
      Answer(bind);
    }
  }
}

// All of it, or, once in a while, a victim is refused and all stay.
void RandomCluster::Evict(const Claim& claim) {
  const bool refused = dice_.OneIn(8);
  for (const Victim& victim : claim.victims) {
    std::vector<std::string> uids;
    for (PodId pod : victim.pods) uids.push_back(w.state.pod(pod).pod.uid);
    if (refused) {
      w.Hear(EvictionRefused{uids, 429, "refused by the dice"});
      continue;
    }
    for (const std::string& uid : uids) {
      if (pods.count(uid) == 0) continue;
      if (dice_.OneIn(3)) {
        Remove(uid);
      } else {
        Pod pod = pods[uid];
        pod.deleting = true;
        Put(std::move(pod));
      }
    }
  }
}

// Pods on their way out go.
void RandomCluster::Collect() {
  std::vector<std::string> gone;
  for (const auto& [uid, pod] : pods) {
    if (pod.deleting && dice_.OneIn(2)) gone.push_back(uid);
  }
  for (const std::string& uid : gone) Remove(uid);
}

Witness RandomCluster::Restarted(Dice* dice) const {
  std::vector<Event> events;
  events.push_back(QueuesSeen{config});
  events.push_back(MemorySeen{w.state.ToMemory()});
  for (const auto& [name, node] : nodes) events.push_back(NodeSeen{node});
  for (const auto& [uid, pod] : pods) events.push_back(PodSeen{pod});
  dice->Shuffle(&events);
  Witness restarted;
  restarted.now = w.now;
  for (const Event& event : events) restarted.Hear(event);
  restarted.Hear(Synced{});
  std::vector<std::string> drivers;
  for (const auto& [uid, forecast] : forecasts) drivers.push_back(uid);
  dice->Shuffle(&drivers);
  for (const std::string& uid : drivers) restarted.Hear(ForecastSeen{uid, forecasts.at(uid)});
  return restarted;
}

}  // namespace muster::test
