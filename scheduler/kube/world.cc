// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/world.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/kube/api_path.h"
#include "scheduler/kube/binder.h"
#include "scheduler/kube/driver_conf.h"
#include "scheduler/kube/evictor.h"
#include "scheduler/kube/kinds.h"
#include "scheduler/kube/memory_object.h"
#include "scheduler/kube/reflector.h"
#include "scheduler/kube/reports.h"
#include "scheduler/kube/writes.h"

namespace muster::kube {
namespace {

constexpr size_t kConditionsWaiting = 500'000;
constexpr size_t kEventsWaiting = 10'000;
constexpr size_t kDeletesWaiting = 500'000;
constexpr absl::Duration kLastWrites = absl::Milliseconds(900);

uint64_t RandomSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

// All that lives on the I/O thread.
class World::Core {
 public:
  Core(WorldSettings settings, const BootClock& clock, WorldObserver& observer, Outbox& outbox)
      : settings_(std::move(settings)),
        observer_(observer),
        outbox_(outbox),
        reporter_{settings_.scheduler_name,
                  absl::StrCat(settings_.scheduler_name, "-", settings_.lease.identity)},
        http_(settings_.credentials, settings_.limits),
        reactor_(clock, http_),
        election_(reactor_, settings_.lease,
                  {[this] { Lead(); }, [this](std::string why) { Close(why); },
                   [this](std::string what) { Problem(what); },
                   [this](std::string holder) { observer_.OnStandby(holder); }}),
        binder_(reactor_, {Push(), Problems()}, RandomSeed()),
        evictor_(reactor_,
                 {Push(), Problems(),
                  [this](const loop::PodRef& pod, const std::string& why) { Evicted(pod, why); }},
                 RandomSeed()),
        memory_(reactor_, {settings_.memory_ns, settings_.memory_name},
                {[this](std::optional<Memory> memory) { Recall(std::move(memory)); }, Problems()},
                RandomSeed()),
        driver_conf_(reactor_, {Push(), Problems()}, RandomSeed()),
        conditions_(reactor_, kConditionsWaiting, Problems(), RandomSeed()),
        events_(reactor_, kEventsWaiting, Problems(), RandomSeed()),
        deletes_(reactor_, kDeletesWaiting, Problems(), RandomSeed()) {
    http_.set_may_write([this] { return MayWrite(); });
    http_.set_observer([this](Lane lane, int code, absl::Duration took) {
      observer_.OnExchange(lane, code, took);
    });
    outbox_.not_synced = "the lease";
  }

  Reactor& reactor() { return reactor_; }
  void Start() {
    if (settings_.elect)
      election_.Start();
    else
      Lead();
  }

  void Bind(loop::BindPod action) {
    if (ended_) return;
    // Why it waited is no longer so, and must not be written over what its bind says.
    conditions_.Withdraw(action.pod.uid);
    binder_.Bind(std::move(action));
  }

  void Evict(loop::EvictPods action) {
    if (ended_) return;
    memory_.AfterWrites([this, action = std::move(action)] { evictor_.Evict(action); });
  }

  void Remember(const Memory& memory) {
    if (!ended_ && !settings_.memory_name.empty()) memory_.Remember(memory);
  }

  void Delete(const loop::DeletePod& action) {
    if (ended_) return;
    deletes_.Send(action.pod.uid, {DeleteRequest(action.pod),
                                   absl::StrCat("deleting ", Called(action.pod)), 0, nullptr});
  }

  void Condition(const loop::SetCondition& action) {
    if (ended_) return;
    const bool appears = with_condition_.insert(action.pod.uid).second;
    conditions_.Send(action.pod.uid,
                     {ConditionRequest(action, appears, absl::Now()),
                      absl::StrCat("condition of ", Called(action.pod)), 8, nullptr});
  }

  void Event(const loop::PostEvent& action) {
    if (ended_) return;
    events_.Send(absl::StrCat(++event_count_),
                 {EventRequest(action, reporter_, absl::Now()),
                  absl::StrCat("event on ", Called(action.pod)), 4, nullptr});
  }

  void Forecast(loop::ReadForecast action) {
    if (!ended_) driver_conf_.Read(std::move(action));
  }

  // Lets writes under way end, then gives the lease up; then the reactor stops.
  void End() {
    if (!ended_) Close("");
    reflectors_.clear();
    last_writes_until_ = reactor_.Now() + kLastWrites;
    AwaitLastWrites();
  }

 private:
  std::function<void(muster::Event&&)> Push() {
    return [this](muster::Event&& event) { Tell(std::move(event)); };
  }
  std::function<void(std::string)> Problems() {
    return [this](std::string what) { Problem(what); };
  }
  void Problem(const std::string& what) { observer_.OnProblem(what); }

  // While the lease is live, and while we see what we write about.
  bool MayWrite() const {
    if (settings_.elect ? !election_.MayWrite() : ended_) return false;
    return std::all_of(reflectors_.begin(), reflectors_.end(),
                       [](const Followed& followed) { return followed.reflector->current(); });
  }

  void Tell(muster::Event&& event) {
    std::lock_guard<std::mutex> lock(outbox_.mutex);
    if (outbox_.closed) return;
    outbox_.events.push_back(std::move(event));
    if (outbox_.events.size() == 1) outbox_.filled.notify_one();
  }

  void Close(const std::string& why) {
    ended_ = true;
    observer_.OnEnd(why);  // first, so that the reason is known to whoever sees the feed closed
    {
      std::lock_guard<std::mutex> lock(outbox_.mutex);
      outbox_.closed = true;
    }
    outbox_.filled.notify_all();
  }

  void Lead() {
    observer_.OnLead();
    if (settings_.memory_name.empty()) {
      recalled_ = true;
    } else {
      memory_.Read();
    }
    Follow(Pods(), [this](muster::Event&& event) { OnPod(std::move(event)); });
    Follow(Nodes(Problems()), Push());
    if (!settings_.config_name.empty()) {
      Follow(OneConfigMap({settings_.config_ns, settings_.config_name, settings_.config_key,
                           [this](const std::string& text, const std::string& uid) {
                             return ReadConfig(text, uid);
                           }}),
             Push());
    }
    NoteSynced();
    for (const Followed& followed : reflectors_) followed.reflector->Start();
  }

  void Recall(std::optional<Memory> memory) {
    if (memory.has_value()) Tell(MemorySeen{*std::move(memory)});
    recalled_ = true;
    NoteSynced();
  }

  void Evicted(const loop::PodRef& pod, const std::string& why) {
    conditions_.Send(absl::StrCat(pod.uid, "/DisruptionTarget"),
                     {DisruptionRequest(pod, absl::StrCat(settings_.scheduler_name, ": ", why)),
                      absl::StrCat("condition of ", Called(pod)), 4, nullptr});
  }

  void Follow(std::unique_ptr<WatchedKind> kind, std::function<void(muster::Event&&)> hear) {
    std::string name(kind->name());
    reflectors_.push_back(
        {std::move(name),
         std::make_unique<Reflector>(
             reactor_, std::move(kind),
             Reflector::Sink{std::move(hear), [this] { NoteSynced(); }, Problems()},
             RandomSeed())});
  }

  void OnPod(muster::Event&& event) {
    if (const auto* seen = std::get_if<PodSeen>(&event)) {
      const Pod& pod = seen->pod;
      if (!pod.node_name.empty())
        with_condition_.erase(pod.uid);
      else if (!pod.condition_reason.empty())
        with_condition_.insert(pod.uid);
      if (IsTerminal(pod)) driver_conf_.Gone(pod.uid);
    } else if (const auto* gone = std::get_if<PodGone>(&event)) {
      with_condition_.erase(gone->uid);
      binder_.Gone(gone->uid);
      evictor_.Gone(gone->uid);
      driver_conf_.Gone(gone->uid);
    }
    Tell(std::move(event));
  }

  std::optional<muster::Event> ReadConfig(const std::string& text, const std::string& uid) {
    if (text == config_text_) return std::nullopt;
    config_text_ = text;
    const std::string file = absl::StrCat("ConfigMap ", settings_.config_ns, "/",
                                          settings_.config_name, " key ", settings_.config_key);
    absl::StatusOr<QueueConfig> config = codec::ParseQueueConfig(file, text);
    if (config.ok()) {
      config_state_ = ConfigState::kGood;
      observer_.OnConfig("");
      NoteSynced();
      return QueuesSeen{*std::move(config)};
    }
    if (config_state_ == ConfigState::kNone) config_state_ = ConfigState::kBad;
    const std::string error(config.status().message());
    observer_.OnConfig(error);
    const loop::PodRef map{uid, settings_.config_ns, settings_.config_name};
    const loop::PostEvent event{map, true, "ConfigError", "Validate", error};
    events_.Send(absl::StrCat(++event_count_),
                 {ConfigEventRequest(map, event, reporter_, absl::Now()),
                  absl::StrCat("event on ", file), 4, nullptr});
    return std::nullopt;
  }

  // Nothing is decided on a part of the cluster, nor by the default queues while the config that
  // someone wrote cannot be read.
  void NoteSynced() {
    std::vector<std::string> missing;
    for (const Followed& followed : reflectors_) {
      if (!followed.reflector->synced()) missing.push_back(followed.kind);
    }
    if (!recalled_) missing.push_back("what was remembered");
    if (config_state_ == ConfigState::kBad) missing.push_back("a valid queue config");
    {
      std::lock_guard<std::mutex> lock(outbox_.mutex);
      outbox_.not_synced = absl::StrJoin(missing, ", ");
    }
    if (!missing.empty() || synced_) return;
    synced_ = true;
    // After what is being told right now: a config on its way out of ReadConfig goes first.
    reactor_.Post([this] { Tell(Synced{}); });
  }

  void AwaitLastWrites() {
    const size_t left = http_.Pending(Lane::kBind) + http_.Pending(Lane::kWrite);
    if (left == 0) {
      election_.Release([this] { reactor_.Stop(); });
    } else if (reactor_.Now() < last_writes_until_) {
      reactor_.After(absl::Milliseconds(5), [this] { AwaitLastWrites(); });
    } else {
      reactor_.Stop();  // a write may still land: the lease must run out first
    }
  }

  struct Followed {
    std::string kind;
    std::unique_ptr<Reflector> reflector;
  };
  enum class ConfigState { kNone, kBad, kGood };

  const WorldSettings settings_;
  WorldObserver& observer_;
  Outbox& outbox_;
  const Reporter reporter_;
  Http http_;
  Reactor reactor_;
  Election election_;
  Binder binder_;
  Evictor evictor_;
  MemoryObject memory_;
  DriverConf driver_conf_;
  Writes conditions_;
  Writes events_;
  Writes deletes_;
  std::vector<Followed> reflectors_;
  absl::flat_hash_set<std::string> with_condition_;  // uids of pods whose condition exists
  std::string config_text_;
  ConfigState config_state_ = ConfigState::kNone;
  bool recalled_ = false;  // what an earlier daemon remembered is told, or there is nothing
  bool synced_ = false;
  bool ended_ = false;
  uint64_t event_count_ = 0;
  absl::Duration last_writes_until_;
};

World::World(WorldSettings settings, const BootClock& clock, WorldObserver& observer)
    : core_(std::make_unique<Core>(std::move(settings), clock, observer, outbox_)) {}

World::~World() { Stop(); }

void World::Start() {
  core_->reactor().Post([this] { core_->Start(); });
  thread_ = std::thread([this] { core_->reactor().Run(); });
}

void World::Stop() {
  if (!thread_.joinable()) return;
  core_->reactor().Post([this] { core_->End(); });
  thread_.join();
}

bool World::Drain(std::vector<muster::Event>* events, absl::Time until) {
  std::unique_lock<std::mutex> lock(outbox_.mutex);
  const absl::Duration wait = std::clamp(until - absl::Now(), absl::ZeroDuration(), absl::Hours(1));
  outbox_.filled.wait_for(lock, absl::ToChronoNanoseconds(wait), [this] {
    return !outbox_.events.empty() || outbox_.closed || outbox_.woken;
  });
  outbox_.woken = false;
  if (outbox_.closed) return false;
  if (events->empty()) {
    events->swap(outbox_.events);
    return true;
  }
  std::move(outbox_.events.begin(), outbox_.events.end(), std::back_inserter(*events));
  outbox_.events.clear();
  return true;
}

void World::Wake() {
  {
    std::lock_guard<std::mutex> lock(outbox_.mutex);
    outbox_.woken = true;
  }
  outbox_.filled.notify_all();
}

void World::Bind(loop::BindPod action) {
  core_->reactor().Post(
      [this, action = std::move(action)]() mutable { core_->Bind(std::move(action)); });
}
void World::Delete(loop::DeletePod action) {
  core_->reactor().Post([this, action = std::move(action)] { core_->Delete(action); });
}
void World::Evict(loop::EvictPods action) {
  core_->reactor().Post([this, action = std::move(action)] { core_->Evict(action); });
}
void World::Remember(Memory memory) {
  core_->reactor().Post([this, memory = std::move(memory)] { core_->Remember(memory); });
}
void World::Condition(loop::SetCondition action) {
  core_->reactor().Post([this, action = std::move(action)] { core_->Condition(action); });
}
void World::Event(loop::PostEvent action) {
  core_->reactor().Post([this, action = std::move(action)] { core_->Event(action); });
}
void World::Forecast(loop::ReadForecast action) {
  core_->reactor().Post(
      [this, action = std::move(action)]() mutable { core_->Forecast(std::move(action)); });
}

std::string World::NotSynced() const {
  std::lock_guard<std::mutex> lock(outbox_.mutex);
  return outbox_.not_synced;
}

}  // namespace muster::kube
