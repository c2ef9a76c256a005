// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/memory_codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/json_text.h"
#include "scheduler/codec/memory_reader.h"

namespace muster::codec {
namespace {

std::string TimeText(absl::Time time) {
  return JsonText(absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()));
}

template <typename Items, typename ToText>
std::string List(const Items& items, ToText to_text) {
  return absl::StrCat("[",
                      absl::StrJoin(items, ",",
                                    [&to_text](std::string* out, const auto& item) {
                                      absl::StrAppend(out, to_text(item));
                                    }),
                      "]");
}

std::string VictimText(const ClaimRecord::Victim& victim) {
  return absl::StrCat("{\"whole\":", victim.whole ? "true" : "false",
                      ",\"pods\":", List(victim.pods, JsonText), "}");
}

std::string ClaimText(const ClaimRecord& claim) {
  return absl::StrCat("{\"opener\":", JsonText(claim.opener_uid),
                      ",\"until\":", TimeText(claim.until), ",\"rooms\":",
                      List(claim.rooms,
                           [](const ClaimRecord::Room& room) {
                             return absl::StrCat("[", room.part, ",", JsonText(room.node), ",",
                                                 room.count, "]");
                           }),
                      ",\"victims\":", List(claim.victims, VictimText), "}");
}

std::string RunTimesText(const RunTimes& times) {
  return absl::StrCat("{\"queue\":", JsonText(times.queue), ",\"app\":", JsonText(times.app),
                      ",\"seconds\":[", absl::StrJoin(times.seconds, ","), "]}");
}

std::string PastUseText(const PastUse& use) {
  std::vector<std::string> amounts;
  for (const auto& [resource, amount] : use.average.entries()) {
    amounts.push_back(absl::StrCat(JsonText(resource), ":", amount));
  }
  return absl::StrCat("{\"queue\":", JsonText(use.queue), ",\"user\":", JsonText(use.user),
                      ",\"at\":", TimeText(use.at), ",\"average\":{", absl::StrJoin(amounts, ","),
                      "}}");
}

std::string EvictionText(const PastEviction& eviction) {
  return absl::StrCat("{\"queue\":", JsonText(eviction.queue), ",\"at\":", TimeText(eviction.at),
                      "}");
}

// Left out where there is none, so that daemons that do not know it read the text.
std::string StartedText(const Memory& memory) {
  if (memory.started.empty()) return "";
  return absl::StrCat(",\"started\":", List(memory.started, JsonText));
}

std::string Encode(const Memory& memory) {
  return absl::StrCat(
      "{\"version\":", JsonText(kMemoryVersion), ",\"claims\":", List(memory.claims, ClaimText),
      ",\"runTimes\":", List(memory.run_times, RunTimesText),
      ",\"pastUse\":", List(memory.past_use, PastUseText),
      ",\"evictions\":", List(memory.evictions, EvictionText), StartedText(memory), "}\n");
}

// Of each app the newer half; false where none has more than one.
bool HalveRunTimes(Memory* memory) {
  bool halved = false;
  for (RunTimes& times : memory->run_times) {
    const auto older = static_cast<std::ptrdiff_t>(times.seconds.size() / 2);
    halved = halved || older > 0;
    times.seconds.erase(times.seconds.begin(), times.seconds.begin() + older);
  }
  return halved;
}

bool DropSomething(Memory* memory) {
  if (HalveRunTimes(memory)) return true;
  if (!memory->run_times.empty() || !memory->past_use.empty()) {
    memory->run_times.clear();
    memory->past_use.clear();
    return true;
  }
  if (!memory->claims.empty()) {
    memory->claims.erase(std::min_element(
        memory->claims.begin(), memory->claims.end(),
        [](const ClaimRecord& a, const ClaimRecord& b) { return a.until < b.until; }));
    return true;
  }
  const bool something = !memory->evictions.empty() || !memory->started.empty();
  memory->evictions.clear();
  memory->started.clear();
  return something;
}

}  // namespace

std::string EncodeMemory(const Memory& memory, size_t limit) {
  std::string text = Encode(memory);
  if (text.size() <= limit) return text;
  Memory less = memory;
  while (text.size() > limit && DropSomething(&less)) text = Encode(less);
  return text;
}

absl::StatusOr<Memory> DecodeMemory(absl::string_view text) {
  Memory memory;
  MemoryReader reader;
  if (!reader.Read(text, &memory)) return absl::InvalidArgumentError(reader.error());
  return memory;
}

}  // namespace muster::codec
