// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/codec/yaml.h"
#include "scheduler/model/resource_list.h"

// Typed reading of a YAML tree that collects every error instead of stopping at the first: a person
// who fixes a config wants them all. Each names file, line, column, the field's path and what was
// expected: `muster.yaml:4:11: queues[0].weight: expected a whole number from 1 to 1000000, got
// "x"`.
//
// A reading that fails has reported why and answers nullopt; the caller goes on with the next
// field. No value is ever replaced by a default: an optional field is absent only where its key is.
namespace muster::codec {

// All that is wrong with one file. At most kKept errors are kept, the rest is counted.
class YamlErrors {
 public:
  static constexpr size_t kKept = 100;

  explicit YamlErrors(absl::string_view file) : file_(file) {}

  void Add(Mark mark, absl::string_view message);
  bool empty() const { return errors_.empty(); }
  // InvalidArgument with one line for each error, in the order of the text; OK where there is none.
  absl::Status ToStatus() const;

 private:
  struct Error {
    Mark mark;
    std::string message;
  };
  const std::string file_;
  std::vector<Error> errors_;
  size_t dropped_ = 0;
};

// A node, the path that leads to it ("queues[0].max.cpu") and where its errors go. Tree and errors
// outlive it.
class YamlField {
 public:
  YamlField(const YamlNode& node, std::string path, YamlErrors* errors)
      : node_(&node), path_(std::move(path)), errors_(errors) {}

  const YamlNode& node() const { return *node_; }
  const std::string& path() const { return path_; }
  YamlErrors* errors() const { return errors_; }

  // Reports "PATH: message" at this place.
  void Error(absl::string_view message) const;
  // Reports "PATH: expected WHAT, got ..." with what stands here.
  void Expected(absl::string_view what) const;

  std::optional<std::string> Text(absl::string_view what = "text") const;
  std::optional<int64_t> Integer(int64_t min, int64_t max) const;
  std::optional<bool> Boolean() const;
  // "90s", "10m", "1h30m"; finite, 0 or more.
  std::optional<absl::Duration> Duration() const;
  // A quantity of that resource, in the unit of ResourceList.
  std::optional<int64_t> Amount(absl::string_view resource) const;
  // {cpu: 4, memory: 16Gi}; zeroes are kept. nullopt where any entry is malformed.
  std::optional<ResourceList> Amounts() const;
  // The index of the word that stands here.
  std::optional<size_t> Word(const std::vector<absl::string_view>& words) const;
  // The items of a list; none (and an error) where this is no list.
  std::vector<YamlField> Items() const;
  // A list of texts; nullopt where it is none, or an item is not text.
  std::optional<std::vector<std::string>> Texts() const;

 private:
  const YamlNode* node_;
  std::string path_;
  YamlErrors* errors_;
};

// A mapping whose keys are asked for by name. What was not asked for is reported by Finish(), with
// the nearest key that was. An open mapping is one of Kubernetes' own: unknown keys are its
// business, and a null value counts as absent.
class YamlMap {
 public:
  enum Kind { kClosed, kOpen };
  explicit YamlMap(const YamlField& field, Kind kind = kClosed);

  std::optional<YamlField> Optional(absl::string_view key);
  // Reports a missing key.
  std::optional<YamlField> Required(absl::string_view key, absl::string_view what);
  // Every entry, for mappings whose keys are free.
  std::vector<std::pair<std::string, YamlField>> Entries() const;
  void Finish() const;

  bool valid() const { return valid_; }
  const YamlField& field() const { return field_; }

 private:
  std::string PathOf(absl::string_view key) const;

  YamlField field_;
  const Kind kind_;
  bool valid_;
  std::vector<std::string> known_;
};

}  // namespace muster::codec
