// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/memory_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr int64_t kAny = std::numeric_limits<int64_t>::max();

std::string Inside(const std::string& path, absl::string_view key) {
  return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
}

}  // namespace

template <typename Item>
MemoryReader::Take MemoryReader::Items(ReadItem<Item> read, std::vector<Item>* out) {
  return [this, read, out](const Element& list, const std::string& at) {
    return List(list, at, [this, read, out](const Element& item, const std::string& path) {
      out->emplace_back();
      return (this->*read)(item, path, &out->back());
    });
  };
}

bool MemoryReader::Read(absl::string_view text, Memory* memory) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::error_code wrong = parser.parse(text.data(), text.size()).get(root);
  if (wrong != simdjson::SUCCESS) {
    error_ = absl::StrCat("no JSON: ", simdjson::error_message(wrong));
    return false;
  }
  return Object(root, "",
                {{"version", Version()},
                 {"claims", Items(&MemoryReader::Claim, &memory->claims)},
                 {"runTimes", Items(&MemoryReader::Times, &memory->run_times)},
                 {"pastUse", Items(&MemoryReader::Use, &memory->past_use)},
                 {"evictions", Items(&MemoryReader::Eviction, &memory->evictions)},
                 {"started", Items(&MemoryReader::Word, &memory->started), true}});
}

bool MemoryReader::Fail(absl::string_view path, absl::string_view expected) {
  error_ = absl::StrCat(path.empty() ? "the text" : path, ": expected ", expected);
  return false;
}

bool MemoryReader::Object(const Element& element, const std::string& path,
                          const std::vector<Key>& keys) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return Fail(path, "an object");
  std::vector<bool> seen(keys.size());
  for (const simdjson::dom::key_value_pair field : object) {
    const absl::string_view name(field.key.data(), field.key.size());
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [name](const Key& known) { return known.name == name; });
    const auto index = static_cast<size_t>(key - keys.begin());
    if (key == keys.end()) return Fail(path, absl::StrCat("only known keys, got ", Quoted(name)));
    if (seen[index]) return Fail(Inside(path, name), "the key once");
    seen[index] = true;
    if (!key->take(field.value, Inside(path, name))) return false;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!seen[i] && !keys[i].optional) return Fail(path, absl::StrCat("the key ", keys[i].name));
  }
  return true;
}

bool MemoryReader::List(const Element& element, const std::string& path, const Take& take) {
  simdjson::dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return Fail(path, "a list");
  size_t index = 0;
  for (const Element& item : array) {
    if (!take(item, absl::StrCat(path, "[", index++, "]"))) return false;
  }
  return true;
}

MemoryReader::Take MemoryReader::Text(std::string* out) {
  return [this, out](const Element& element, const std::string& path) {
    return Word(element, path, out);
  };
}

bool MemoryReader::Word(const Element& element, const std::string& path, std::string* text) {
  std::string_view word;
  if (element.get(word) != simdjson::SUCCESS) return Fail(path, "text");
  *text = std::string(word);
  return true;
}

MemoryReader::Take MemoryReader::Time(absl::Time* out) {
  return [this, out](const Element& element, const std::string& path) {
    std::string text;
    if (!Text(&text)(element, path)) return false;
    return absl::ParseTime(absl::RFC3339_full, text, out, nullptr) || Fail(path, "a time");
  };
}

MemoryReader::Take MemoryReader::Integer(int64_t min, int64_t max, int64_t* out) {
  return [this, min, max, out](const Element& element, const std::string& path) {
    const bool read = element.get(*out) == simdjson::SUCCESS && *out >= min && *out <= max;
    return read || Fail(path, absl::StrCat("a whole number from ", min, " to ", max));
  };
}

MemoryReader::Take MemoryReader::Version() {
  return [this](const Element& element, const std::string& path) {
    std::string version;
    if (!Text(&version)(element, path)) return false;
    return version == kMemoryVersion ||
           Fail(path, absl::StrCat(kMemoryVersion, ", got ", Quoted(version)));
  };
}

bool MemoryReader::Claim(const Element& element, const std::string& path, ClaimRecord* claim) {
  return Object(element, path,
                {{"opener", Text(&claim->opener_uid)},
                 {"until", Time(&claim->until)},
                 {"rooms", Items(&MemoryReader::Room, &claim->rooms)},
                 {"victims", Items(&MemoryReader::Victim, &claim->victims), true}});
}

bool MemoryReader::Victim(const Element& element, const std::string& path,
                          ClaimRecord::Victim* victim) {
  const Take whole = [this, victim](const Element& value, const std::string& at) {
    return value.get(victim->whole) == simdjson::SUCCESS || Fail(at, "true or false");
  };
  return Object(element, path,
                {{"whole", whole}, {"pods", Items(&MemoryReader::Word, &victim->pods)}});
}

bool MemoryReader::Room(const Element& element, const std::string& path, ClaimRecord::Room* room) {
  simdjson::dom::array array;
  if (element.get(array) != simdjson::SUCCESS || array.size() != 3) {
    return Fail(path, "[part, node, count]");
  }
  constexpr int64_t kLimit = std::numeric_limits<int32_t>::max();
  int64_t part = 0;
  int64_t count = 0;
  if (!Integer(0, kLimit, &part)(array.at(0).value_unsafe(), path)) return false;
  if (!Text(&room->node)(array.at(1).value_unsafe(), path)) return false;
  if (!Integer(1, kLimit, &count)(array.at(2).value_unsafe(), path)) return false;
  room->part = static_cast<int32_t>(part);
  room->count = static_cast<int32_t>(count);
  return true;
}

bool MemoryReader::Times(const Element& element, const std::string& path, RunTimes* times) {
  return Object(element, path,
                {{"queue", Text(&times->queue)},
                 {"app", Text(&times->app)},
                 {"seconds", Items(&MemoryReader::Seconds, &times->seconds)}});
}

bool MemoryReader::Seconds(const Element& element, const std::string& path, int64_t* seconds) {
  return Integer(0, kAny, seconds)(element, path);
}

bool MemoryReader::Use(const Element& element, const std::string& path, PastUse* use) {
  const Take amounts = [this, use](const Element& object, const std::string& at) {
    return Amounts(object, at, &use->average);
  };
  return Object(element, path,
                {{"queue", Text(&use->queue)},
                 {"user", Text(&use->user)},
                 {"at", Time(&use->at)},
                 {"average", amounts}});
}

bool MemoryReader::Amounts(const Element& element, const std::string& path, ResourceList* amounts) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return Fail(path, "an object");
  for (const simdjson::dom::key_value_pair field : object) {
    const std::string name(field.key);
    int64_t amount = 0;
    if (!Integer(1, kAny, &amount)(field.value, Inside(path, Clipped(name)))) return false;
    if (amounts->Has(name)) return Fail(Inside(path, Clipped(name)), "the key once");
    amounts->Set(name, amount);
  }
  return true;
}

bool MemoryReader::Eviction(const Element& element, const std::string& path,
                            PastEviction* eviction) {
  return Object(element, path, {{"queue", Text(&eviction->queue)}, {"at", Time(&eviction->at)}});
}

}  // namespace muster::codec
