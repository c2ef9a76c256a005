// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/gang_list.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/view/gang_view.h"
#include "scheduler/daemon/view/sight.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

constexpr int32_t kPage = 500;
constexpr int32_t kLargestPage = 1000;
constexpr char kEnded[] = "ended";
constexpr absl::string_view kStates[] = {"waiting",  "starting", "running",
                                         "degraded", "evicted",  kEnded};
constexpr char kBetween = '\n';  // in no name

// Where a gang stands in the list.
struct Place {
  absl::string_view queue;
  int part = 0;       // 0: runs, 1: waits, 2: has ended
  int64_t order = 0;  // when it began, its position in line, or since when it has ended
  absl::string_view ns;
  absl::string_view name;
  auto Key() const { return std::tie(queue, part, order, ns, name); }
  bool operator<(const Place& other) const { return Key() < other.Key(); }
};

struct Listed {
  Place place;
  GangId gang;
  const v1::Gang* ended = nullptr;  // then that one
  bool operator<(const Listed& other) const { return place < other.place; }
};

// In no line: after all who are in one.
int64_t Line(int32_t position) {
  return position > 0 ? position : std::numeric_limits<int32_t>::max();
}

Place PlaceOf(const State& state, const Gang& gang, const Verdict* verdict) {
  Place place;
  if (gang.queue.valid()) place.queue = state.tree().at(gang.queue).path;
  const bool waits = gang.state == GangState::kWaiting;
  place.part = waits ? 1 : 0;
  place.order =
      waits ? Line(verdict != nullptr ? verdict->position : 0) : absl::ToUnixMillis(gang.began);
  place.ns = gang.ns;
  place.name = gang.name;
  return place;
}

// The newest first.
Place PlaceOf(const v1::Gang& ended) {
  return {ended.queue(), 2, -(ended.ended().seconds() * 1'000'000'000 + ended.ended().nanos()),
          ended.namespace_(), ended.name()};
}

std::string TokenOf(const Place& place) {
  const std::string text =
      absl::StrJoin(std::make_tuple(place.queue, place.part, place.order, place.ns, place.name),
                    std::string(1, kBetween));
  return absl::WebSafeBase64Escape(text);
}

// Its views are of `text`.
std::optional<Place> PlaceFrom(const std::string& token, std::string* text) {
  if (!absl::WebSafeBase64Unescape(token, text)) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(*text, kBetween);
  Place place;
  if (parts.size() != 5 || !absl::SimpleAtoi(parts[1], &place.part) ||
      !absl::SimpleAtoi(parts[2], &place.order)) {
    return std::nullopt;
  }
  place.queue = parts[0];
  place.ns = parts[3];
  place.name = parts[4];
  return place;
}

absl::Status CheckWords(absl::string_view field, absl::string_view word,
                        const std::vector<absl::string_view>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": ", codec::Quoted(word), ": expected one of ", absl::StrJoin(allowed, ", ")));
}

std::vector<absl::string_view> ReasonNames() {
  std::vector<absl::string_view> names;
  for (size_t code = 1; code <= static_cast<size_t>(ReasonCode::kForbidden); ++code) {
    names.push_back(Name(static_cast<ReasonCode>(code)));
  }
  return names;
}

absl::Status Check(const State& state, const v1::ListGangsRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kLargestPage) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_size: ", request.page_size(), ": expected 0 to ", kLargestPage));
  }
  for (const std::string& word : request.states()) {
    const absl::Status known = CheckWords("states", word, {std::begin(kStates), std::end(kStates)});
    if (!known.ok()) return known;
  }
  for (const std::string& word : request.reasons()) {
    const absl::Status known = CheckWords("reasons", word, ReasonNames());
    if (!known.ok()) return known;
  }
  const auto& queues = state.tree().queues();
  const bool exists =
      request.queue().empty() || std::any_of(queues.begin(), queues.end(), [&](const Queue& queue) {
        return queue.path == request.queue();
      });
  if (exists) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no queue ", codec::Quoted(request.queue())));
}

bool Contains(absl::string_view text, const std::string& lower) {
  return absl::AsciiStrToLower(text).find(lower) != std::string::npos;
}

class Wanted {
 public:
  Wanted(const State& state, const v1::ListGangsRequest& request, const Sight& sight)
      : state_(state),
        request_(request),
        sight_(sight),
        search_(absl::AsciiStrToLower(request.search())) {}

  bool operator()(const Gang& gang, const Verdict* verdict) const {
    if (!gang.id.valid() || gang.state == GangState::kEnded || !sight_.Sees(gang.ns)) return false;
    if (!request_.namespace_().empty() && gang.ns != request_.namespace_()) return false;
    const absl::string_view queue =
        gang.queue.valid() ? absl::string_view(state_.tree().at(gang.queue).path) : "";
    if (!IsWithin(queue, request_.queue())) return false;
    if (!Among(request_.states(), StateOf(state_, gang))) return false;
    if (!Among(request_.reasons(), verdict == nullptr ? "" : Name(verdict->reason->code))) {
      return false;
    }
    return IsFound(FullName(gang), gang.user, gang.app);
  }
  // Only where they are asked for.
  bool WantsEnded() const { return !request_.states().empty() && Among(request_.states(), kEnded); }
  bool operator()(const v1::Gang& ended) const {
    return sight_.Sees(ended.namespace_()) && IsWithin(ended.queue(), request_.queue()) &&
           (request_.namespace_().empty() || ended.namespace_() == request_.namespace_()) &&
           Among(request_.reasons(), ended.reason()) &&
           IsFound(absl::StrCat(ended.namespace_(), "/", ended.name()), ended.user(), ended.app());
  }

 private:
  bool IsFound(absl::string_view name, absl::string_view user, absl::string_view app) const {
    return search_.empty() || Contains(name, search_) || Contains(user, search_) ||
           Contains(app, search_);
  }
  template <typename Words>
  static bool Among(const Words& words, absl::string_view word) {
    return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
  }

  const State& state_;
  const v1::ListGangsRequest& request_;
  const Sight& sight_;
  const std::string search_;
};

}  // namespace

absl::StatusOr<v1::ListGangsResponse> ListGangs(const Scene& scene,
                                                const v1::ListGangsRequest& request,
                                                const Sight& sight) {
  const State& state = scene.state;
  if (const absl::Status status = Check(state, request); !status.ok()) return status;
  std::string text;
  std::optional<Place> after;
  if (!request.page_token().empty()) {
    after = PlaceFrom(request.page_token(), &text);
    if (!after.has_value()) {
      return absl::InvalidArgumentError(
          "page_token: expected next_page_token of an answer to the same question");
    }
  }
  const Wanted wanted(state, request, sight);
  v1::ListGangsResponse response;
  std::vector<Listed> listed;
  for (const Gang& gang : state.gangs()) {
    const Verdict* verdict =
        gang.id.valid() ? scene.chronicle.VerdictOf(gang, scene.last) : nullptr;
    if (!wanted(gang, verdict)) continue;
    response.set_total(response.total() + 1);
    const Place place = PlaceOf(state, gang, verdict);
    if (!after.has_value() || *after < place) listed.push_back({place, gang.id});
  }
  if (wanted.WantsEnded()) {
    for (const EndedGang& each : scene.chronicle.ended().all()) {
      if (!wanted(each.gang)) continue;
      response.set_total(response.total() + 1);
      const Place place = PlaceOf(each.gang);
      if (!after.has_value() || *after < place) listed.push_back({place, {}, &each.gang});
    }
  }
  const auto page = std::min<size_t>(
      listed.size(), static_cast<size_t>(request.page_size() > 0 ? request.page_size() : kPage));
  std::partial_sort(listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(page),
                    listed.end());
  for (size_t i = 0; i < page; ++i) {
    const v1::Gang* ended = listed[i].ended;
    *response.add_gangs() =
        ended != nullptr ? *ended : Render(scene, state.gang(listed[i].gang), sight);
  }
  if (page < listed.size()) response.set_next_page_token(TokenOf(listed[page - 1].place));
  *response.mutable_at() = Timestamp(scene.now);
  return response;
}

}  // namespace muster::daemon
