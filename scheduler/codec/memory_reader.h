// SPDX-License-Identifier: Apache-2.0
// The strict reading behind DecodeMemory: stops at the first thing that is not as written by
// EncodeMemory, and says where that was.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/model/memory.h"

namespace simdjson::dom {
class element;
}

namespace muster::codec {

inline constexpr absl::string_view kMemoryVersion = "v1";

class MemoryReader {
 public:
  // False: `error()` says why, and `memory` holds a part.
  bool Read(absl::string_view text, Memory* memory);
  const std::string& error() const { return error_; }

 private:
  using Element = simdjson::dom::element;
  using Take = std::function<bool(const Element&, const std::string& path)>;
  struct Key {
    absl::string_view name;
    Take take;
    bool optional = false;  // earlier daemons did not write it
  };

  bool Fail(absl::string_view path, absl::string_view expected);
  // All of the keys that are not optional, each once, and no other.
  bool Object(const Element& element, const std::string& path, const std::vector<Key>& keys);
  bool List(const Element& element, const std::string& path, const Take& take);
  template <typename Item>
  using ReadItem = bool (MemoryReader::*)(const Element&, const std::string&, Item*);
  template <typename Item>
  Take Items(ReadItem<Item> read, std::vector<Item>* out);
  Take Text(std::string* out);
  Take Time(absl::Time* out);
  Take Integer(int64_t min, int64_t max, int64_t* out);
  Take Version();

  bool Claim(const Element& element, const std::string& path, ClaimRecord* claim);
  bool Victim(const Element& element, const std::string& path, ClaimRecord::Victim* victim);
  bool Room(const Element& element, const std::string& path, ClaimRecord::Room* room);
  bool Word(const Element& element, const std::string& path, std::string* text);
  bool Times(const Element& element, const std::string& path, RunTimes* times);
  bool Seconds(const Element& element, const std::string& path, int64_t* seconds);
  bool Use(const Element& element, const std::string& path, PastUse* use);
  bool Amounts(const Element& element, const std::string& path, ResourceList* amounts);
  bool Eviction(const Element& element, const std::string& path, PastEviction* eviction);

  std::string error_;
};

}  // namespace muster::codec
