// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/dump.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/queue_config_text.h"
#include "scheduler/codec/role_text.h"
#include "scheduler/codec/yaml_text.h"

namespace muster::codec {
namespace {

// A member of a gang as it is written: of a shape, on a node or on none.
struct Member {
  RoleId role;
  NodeId node;
};

class Dump {
 public:
  Dump(const State& state, absl::Time now) : state_(state), now_(now) {}

  std::string Text() {
    absl::StrAppend(&out_, "# The state of Muster at ",
                    absl::FormatTime(absl::RFC3339_sec, now_, absl::UTCTimeZone()),
                    ", as a scenario\nversion: 1\n", QueueConfigText(state_.config()));
    Nodes();
    Jobs();
    absl::StrAppend(&out_, "jobs:", lines_.empty() ? " []\n" : "\n");
    for (const std::string& line : lines_) absl::StrAppend(&out_, "- ", line, "\n");
    return std::move(out_);
  }

  std::string TextOf(const Gang& gang) {
    WriteGang(gang);
    return lines_.empty() ? "" : lines_.front();
  }

 private:
  void Nodes() {
    absl::StrAppend(&out_, "nodes:", state_.nodes().count() == 0 ? " []\n" : "\n");
    for (uint32_t rank = 0; rank < state_.nodes().size(); ++rank) {
      const NodeId id = state_.nodes().by_rank(rank);
      if (!state_.nodes().present(id)) continue;
      YamlText yaml;
      WriteNode(state_.nodes().at(id), &yaml);
      absl::StrAppend(&out_, "- ", yaml.Take(), "\n");
    }
  }

  void Jobs() {
    std::vector<const Gang*> gangs;
    for (const Gang& gang : state_.gangs()) {
      if (gang.id.valid() && gang.state != GangState::kEnded) gangs.push_back(&gang);
    }
    std::sort(gangs.begin(), gangs.end(), [](const Gang* a, const Gang* b) {
      return std::tie(a->created, a->ns, a->name, a->opener_uid) <
             std::tie(b->created, b->ns, b->name, b->opener_uid);
    });
    for (const Gang* gang : gangs) WriteGang(*gang);
    std::vector<const Pod*> foreign;
    for (const PodSlot& slot : state_.pods().slots()) {
      if (slot.in_use && slot.footing.standing == Standing::kForeign) foreign.push_back(&slot.pod);
    }
    std::sort(foreign.begin(), foreign.end(), [](const Pod* a, const Pod* b) {
      return std::tie(a->ns, a->name, a->uid) < std::tie(b->ns, b->name, b->uid);
    });
    for (const Pod* pod : foreign) WriteForeign(*pod);
  }

  // A name that no other job of the namespace has.
  std::string FreeName(const std::string& ns, const std::string& name) {
    std::string free = name;
    for (int n = 2; !names_.insert(absl::StrCat(ns, "/", free)).second; ++n) {
      free = absl::StrCat(name, "-", n);
    }
    return free;
  }

  std::vector<Member> MembersOf(const Gang& gang, bool* gated) const {
    std::vector<Member> bound;
    std::vector<Member> waiting;
    for (const PodId id : gang.members) {
      const PodSlot& slot = state_.pod(id);
      const bool waits = slot.footing.standing == Standing::kWaiting;
      if (slot.footing.standing == Standing::kGated || slot.footing.faulty) *gated = true;
      if (waits || slot.footing.standing == Standing::kGated) waiting.push_back({slot.role, {}});
      if (slot.footing.standing == Standing::kAssumed ||
          slot.footing.standing == Standing::kBound) {
        bound.push_back({slot.role, slot.footing.node});
      }
    }
    const int32_t missing =
        gang.minimum - static_cast<int32_t>(bound.size() + waiting.size()) - gang.succeeded;
    if (gang.executor.valid()) {
      for (int32_t i = 0; i < missing; ++i) waiting.push_back({gang.executor, {}});
    }
    // Ids tell how a state came about, not what it is.
    const auto by_shape = [this](const Member& a, const Member& b) {
      const auto key = [this](const Member& member) {
        return std::pair(CanonicalKey(state_.roles().at(member.role).spec),
                         member.node.valid() ? state_.nodes().rank(member.node) : 0);
      };
      return key(a) < key(b);
    };
    std::sort(bound.begin(), bound.end(), by_shape);
    std::sort(waiting.begin(), waiting.end(), by_shape);
    bound.insert(bound.end(), waiting.begin(), waiting.end());
    return bound;
  }

  void WriteGang(const Gang& gang) {
    bool gated = false;
    const std::vector<Member> members = MembersOf(gang, &gated);
    const PodId opener = state_.FindPod(gang.opener_uid);
    if (members.empty() || !opener.valid()) return;
    const Pod& pod = state_.pod(opener).pod;
    const bool begun = gang.began != absl::InfiniteFuture();
    std::string comment;
    for (const PodId id : gang.members) {
      const RoleSpec& role = state_.pod(id).pod.role;
      if (role.unsupported.empty()) continue;
      gated = true;
      comment = absl::StrCat("  # not supported: ", absl::StrJoin(role.unsupported, ", "));
    }
    YamlText yaml;
    yaml.Begin('{');
    yaml.Text("name", FreeName(gang.ns, gang.name));
    yaml.Text("namespace", gang.ns, "default");
    // Where it has begun its queue is its own, whatever the config says of it now.
    const bool own = begun && gang.queue.valid();
    yaml.Text("queue", own ? state_.tree().at(gang.queue).path : gang.queue_label);
    yaml.Text("user", pod.service_account, "default");
    yaml.Text("userLabel", pod.user);
    yaml.Text("app", gang.app);
    yaml.Number("priority", gang.priority, 0);
    yaml.Boolean("preempts", gang.preempts, true);
    yaml.Duration("estimate", gang.runtime, absl::ZeroDuration());
    yaml.Duration("grace", pod.grace, absl::Seconds(1));
    yaml.Duration("age", Ago(gang.created), absl::ZeroDuration());
    yaml.Boolean("gated", gated, false);
    if (begun) yaml.Duration("began", Ago(gang.began), -absl::Seconds(1));
    WriteNodes(members, &yaml);
    WriteMembers(gang, members, &yaml);
    yaml.End();
    lines_.push_back(absl::StrCat(yaml.Take(), comment));
  }

  void WriteMembers(const Gang& gang, const std::vector<Member>& members, YamlText* out) const {
    YamlText& yaml = *out;
    if (gang.kind == GangKind::kSingle) {
      yaml.Key("pod");
      yaml.Begin('{');
      WriteRole(state_.roles().at(members[0].role).spec, &yaml);
    } else {
      yaml.Key("gang");
      yaml.Begin('{');
      const bool started = gang.state == GangState::kStarted && gang.full;
      const int32_t needs = (started ? gang.floor : gang.minimum) - gang.succeeded;
      yaml.Number("min", std::clamp<int32_t>(needs, 1, static_cast<int32_t>(members.size())), 0);
      WriteShapes(members, &yaml);
    }
    yaml.End();
  }

  absl::Duration Ago(absl::Time time) const {
    return std::max(absl::ZeroDuration(), absl::Trunc(now_ - time, absl::Seconds(1)));
  }

  void WriteNodes(const std::vector<Member>& members, YamlText* yaml) const {
    if (!members[0].node.valid()) return;
    yaml->Key("nodes");
    yaml->Begin('[');
    for (const Member& member : members) {
      if (member.node.valid()) yaml->Text(state_.nodes().at(member.node).name);
    }
    yaml->End();
  }

  void WriteShapes(const std::vector<Member>& members, YamlText* yaml) const {
    yaml->Key("shapes");
    yaml->Begin('[');
    for (size_t i = 0; i < members.size();) {
      size_t end = i;
      while (end < members.size() && members[end].role == members[i].role) ++end;
      yaml->Begin('{');
      yaml->Number("count", static_cast<int64_t>(end - i), 0);
      WriteRole(state_.roles().at(members[i].role).spec, yaml);
      yaml->End();
      i = end;
    }
    yaml->End();
  }

  void WriteForeign(const Pod& pod) {
    YamlText yaml;
    yaml.Begin('{');
    yaml.Text("name", FreeName(pod.ns, pod.name));
    yaml.Text("namespace", pod.ns, "default");
    yaml.Text("scheduler", pod.scheduler_name.empty() ? "none" : pod.scheduler_name);
    yaml.Number("priority", pod.priority, 0);
    yaml.Text("node", pod.node_name);
    yaml.Key("pod");
    yaml.Begin('{');
    WriteRole(pod.role, &yaml);
    yaml.End();
    yaml.End();
    lines_.push_back(yaml.Take());
  }

  const State& state_;
  const absl::Time now_;
  std::string out_;
  std::set<std::string> names_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string DumpText(const State& state, absl::Time now) { return Dump(state, now).Text(); }

std::string GangText(const State& state, const Gang& gang, absl::Time now) {
  return Dump(state, now).TextOf(gang);
}

}  // namespace muster::codec
