// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/link.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/spark_submit.h"

namespace muster::sim {

Link::Link(Timeline* timeline, ApiServer* api, Faults* faults, Random random,
           std::function<void()> on_kill)
    : timeline_(timeline),
      api_(api),
      faults_(faults),
      random_(random),
      on_kill_(std::move(on_kill)),
      evictor_(
          timeline, api, faults, random_.Fork(),
          [this](absl::Duration delay, std::function<void()> what) {
            Later(delay, std::move(what), Timeline::kWork);
          },
          [this](muster::Event event) { Arrive(std::move(event), Soon(1, 5)); }) {}

Link::~Link() { Close(/*requests_land=*/false); }

void Link::Open(const QueueConfig& queues) {
  api_->Watch(this);
  SendQueues(queues);
  if (api_->memory().has_value()) Arrive(MemorySeen{*api_->memory()}, Soon(1, 20));
  List();
  const absl::Time listed = std::max(streams_[kPodStream].last, streams_[kNodeStream].last);
  Later(
      std::max(listed - timeline_->now(), absl::ZeroDuration()) + absl::Milliseconds(1),
      [this] {
        inbox_.push_back(Synced{});
        synced_ = true;
      },
      Timeline::kWork);
}

void Link::Close(bool requests_land) {
  if (!*life_) return;
  *life_ = false;
  api_->Unwatch(this);
  if (!requests_land) return;
  for (const auto& [uid, action] : on_the_wire_) api_->Bind(action);
  if (writing_.has_value()) api_->PutMemory(*writing_);
  evictor_.Land();
}

void Link::Later(absl::Duration delay, std::function<void()> what, Timeline::Kind kind) {
  timeline_->After(
      delay,
      [life = life_, what = std::move(what)] {
        if (*life) what();
      },
      kind);
}

void Link::Arrive(muster::Event event, absl::Duration latency) {
  Later(
      latency, [this, event = std::move(event)]() mutable { inbox_.push_back(std::move(event)); },
      Timeline::kWork);
}

void Link::SendQueues(const QueueConfig& queues) { Arrive(QueuesSeen{queues}, Soon(1, 20)); }

// In order after what the stream carries already.
void Link::Follow(StreamKind kind, muster::Event event) {
  if (watch_lost_) return;
  Stream& stream = streams_[kind];
  stream.last = std::max(stream.last, timeline_->now() + Soon(1, 20) + faults_->watch_delay);
  stream.under_way.emplace_back(stream.last, std::move(event));
  if (stream.under_way.size() > 1) return;  // the first one's arrival sees to the others
  Later(
      stream.last - timeline_->now(), [this, kind] { Deliver(kind); }, Timeline::kWork);
}

void Link::Deliver(StreamKind kind) {
  auto& under_way = streams_[kind].under_way;
  while (!under_way.empty() && under_way.front().first <= timeline_->now()) {
    inbox_.push_back(std::move(under_way.front().second));
    under_way.pop_front();
  }
  if (under_way.empty()) return;
  Later(
      under_way.front().first - timeline_->now(), [this, kind] { Deliver(kind); }, Timeline::kWork);
}

void Link::List() {
  // The kinds are listed concurrently: pods may well arrive before nodes.
  for (Stream& stream : streams_) {
    stream.last = std::max(stream.last, timeline_->now() + Soon(5, 100));
  }
  for (const auto& [name, node] : api_->nodes()) OnNode(node);
  for (const auto& [uid, pod] : api_->pods()) OnPod(pod);
  for (const std::string& name :
       std::vector<std::string>(known_nodes_.begin(), known_nodes_.end())) {
    if (api_->nodes().contains(name)) continue;
    known_nodes_.erase(name);
    Follow(kNodeStream, NodeGone{name});
  }
  for (size_t i = 0; i < known_.values().size(); ++i) {
    if (!known_.values()[i].listed) continue;
    const std::string uid = UidOf(static_cast<PodNumber>(i));
    if (api_->Find(uid) != nullptr) continue;
    known_[uid].listed = false;
    Follow(kPodStream, PodGone{uid});
  }
}

void Link::LoseWatch(absl::Duration lasting) {
  watch_lost_ = true;
  Later(
      lasting,
      [this] {
        watch_lost_ = false;
        List();
      },
      Timeline::kWork);
}

void Link::OnPod(const Pod& pod) {
  if (!watch_lost_) known_[pod.uid].listed = true;
  Follow(kPodStream, PodSeen{pod});
}

void Link::OnPodGone(const Pod& pod) {
  if (watch_lost_) return;
  known_[pod.uid].listed = false;
  Follow(kPodStream, PodGone{pod.uid});
}

void Link::OnNode(const Node& node) {
  if (!watch_lost_) known_nodes_.insert(node.name);
  Follow(kNodeStream, NodeSeen{node});
}

void Link::OnNodeGone(const Node& node) {
  if (watch_lost_) return;
  known_nodes_.erase(node.name);
  Follow(kNodeStream, NodeGone{node.name});
}

bool Link::Drain(std::vector<muster::Event>* events, absl::Time) {
  for (muster::Event& event : inbox_) {
    if (const auto* seen = std::get_if<PodSeen>(&event);
        seen != nullptr && !seen->pod.node_name.empty()) {
      known_[seen->pod.uid].bound = true;
    }
    if (const auto* gone = std::get_if<PodGone>(&event)) known_[gone->uid].gone = true;
    if (const auto* accepted = std::get_if<BindAccepted>(&event))
      known_[accepted->uid].bound = true;
    events->push_back(std::move(event));
  }
  inbox_.clear();
  return true;
}

void Link::Bind(loop::BindPod action) {
  if (!synced_)
    complaints_.push_back(absl::StrCat(action.pod.name, " is bound before everything is listed"));
  const Known& known = known_[action.pod.uid];
  if (known.bound) {
    complaints_.push_back(
        absl::StrCat(action.pod.name, " is bound although it is known to be bound"));
  }
  if (known.gone) {
    complaints_.push_back(
        absl::StrCat(action.pod.name, " is bound although it is known to be gone"));
  }
  const absl::Duration delay = Soon(2, 10) + faults_->bind_delay;
  const std::string uid = action.pod.uid;
  on_the_wire_[uid] = std::move(action);
  Later(
      delay,
      [this, uid] {
        const loop::BindPod arrived = std::move(on_the_wire_[uid]);
        on_the_wire_.erase(uid);
        Carry(arrived);
      },
      Timeline::kWork);
}

void Link::Carry(const loop::BindPod& action) {
  const std::string name = absl::StrCat(action.pod.ns, "/", action.pod.name);
  const Faults::Fate fate = faults_->OnBind(name, timeline_->now());
  if (fate.refuse != 0) {
    Answered(action, {fate.refuse, "refused by a fault of the scenario"});
    return;
  }
  const Answer answer = fate.lost && !fate.done ? Answer{504, "lost"} : api_->Bind(action);
  if (fate.lost) {
    Later(
        Soon(1000, 3000), [this, action] { ReadBack(action); }, Timeline::kWork);
  } else {
    Answered(action, answer);
  }
  if (answer.ok() && faults_->CountAccepted()) on_kill_();
}

void Link::Answered(const loop::BindPod& action, const Answer& answer) {
  if (answer.ok()) {
    Arrive(BindAccepted{action.pod.uid}, Soon(1, 5));
  } else {
    Arrive(BindRefused{action.pod.uid, answer.code, answer.message}, Soon(1, 5));
  }
}

void Link::ReadBack(const loop::BindPod& action) {
  const Pod* pod = api_->Find(action.pod.uid);
  if (pod == nullptr) {
    Arrive(PodGone{action.pod.uid}, Soon(1, 5));
  } else if (pod->node_name == action.node) {
    Arrive(BindAccepted{action.pod.uid}, Soon(1, 5));
  } else {
    Arrive(BindRefused{action.pod.uid, 504, "no answer; the pod is not bound there"}, Soon(1, 5));
  }
}

void Link::Evict(loop::EvictPods action) {
  evictions_.push_back({remembered_, std::move(action)});
  EvictRemembered();
}

void Link::EvictRemembered() {
  size_t ready = 0;
  while (ready < evictions_.size() && evictions_[ready].memory <= written_) {
    evictor_.Evict(std::move(evictions_[ready++].action));
  }
  evictions_.erase(evictions_.begin(), evictions_.begin() + static_cast<std::ptrdiff_t>(ready));
}

void Link::Remember(Memory memory) {
  ++remembered_;
  if (writing_.has_value()) {
    next_memory_ = std::move(memory);
  } else {
    WriteMemory(std::move(memory));
  }
}

void Link::WriteMemory(Memory memory) {
  writing_ = std::move(memory);
  Later(
      Soon(2, 10),
      [this, number = remembered_] {
        api_->PutMemory(*std::exchange(writing_, std::nullopt));
        written_ = number;
        if (next_memory_.has_value()) WriteMemory(*std::exchange(next_memory_, std::nullopt));
        EvictRemembered();
      },
      Timeline::kWork);
}

void Link::Delete(loop::DeletePod action) {
  Later(
      Soon(2, 10), [this, action = std::move(action)] { api_->Delete(action.pod.uid); },
      Timeline::kWork);
}

void Link::Condition(loop::SetCondition action) {
  Later(
      Soon(5, 20), [this, action = std::move(action)] { api_->SetCondition(action); },
      Timeline::kNoise);
}

void Link::Event(loop::PostEvent action) { api_->Post(action); }

void Link::Forecast(loop::ReadForecast action) {
  Later(
      Soon(3, 15),
      [this, action = std::move(action)] { TryForecast(action, absl::Milliseconds(200), ""); },
      Timeline::kNoise);
}

void Link::TryForecast(loop::ReadForecast action, absl::Duration wait, std::string missing) {
  if (api_->Find(action.driver.uid) == nullptr) return;
  const ForecastReading reading = ReadForecast(*api_, action);
  if (reading.missing.empty()) {
    Arrive(ForecastSeen{action.driver.uid, reading.forecast}, Soon(1, 5));
    return;
  }
  if (reading.missing != missing) {
    Arrive(ForecastMissing{action.driver.uid, reading.missing}, Soon(1, 5));
  }
  Later(
      wait,
      [this, action = std::move(action), wait, missing = reading.missing] {
        TryForecast(action, std::min(2 * wait, absl::Duration(absl::Seconds(5))), missing);
      },
      Timeline::kNoise);
}

}  // namespace muster::sim
