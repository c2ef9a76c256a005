// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

Mark ToMark(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }

// Owns libyaml's parser and its current event.
class EventReader {
 public:
  EventReader(absl::string_view file, absl::string_view text) : file_(file), text_(text) {
    ready_ = yaml_parser_initialize(&parser_) != 0;
    if (!ready_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  ~EventReader() {
    if (has_event_) yaml_event_delete(&event_);
    if (ready_) yaml_parser_delete(&parser_);
  }

  absl::Status Next() {
    if (!ready_) return absl::ResourceExhaustedError("no memory for a YAML parser");
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = yaml_parser_parse(&parser_, &event_) != 0;
    return has_event_ ? absl::OkStatus() : SyntaxError();
  }

  yaml_event_type_t type() const { return event_.type; }
  const yaml_event_t& event() const { return event_; }
  Mark mark() const { return ToMark(event_.start_mark); }
  absl::Status Error(Mark mark, absl::string_view message) const {
    return absl::InvalidArgumentError(At(file_, mark, message));
  }
  absl::Status Error(absl::string_view message) const { return Error(mark(), message); }

 private:
  absl::Status SyntaxError() const {
    std::string message = parser_.problem == nullptr ? "cannot be read" : parser_.problem;
    // The reader's errors (bad UTF-8, control characters) carry a byte offset instead of a mark.
    if (parser_.error == YAML_READER_ERROR) {
      return Error(MarkOfByte(parser_.problem_offset), absl::StrCat("not valid YAML: ", message));
    }
    if (parser_.context != nullptr) {
      absl::StrAppend(&message, " ", parser_.context, " of line ", parser_.context_mark.line + 1);
    }
    return Error(ToMark(parser_.problem_mark), absl::StrCat("not valid YAML: ", message));
  }

  Mark MarkOfByte(size_t offset) const {
    Mark mark = {1, 1};
    for (char c : text_.substr(0, offset)) {
      const bool continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
      if (!continuation) ++mark.column;
      if (c == '\n') mark = {mark.line + 1, 1};
    }
    return mark;
  }

  const std::string file_;
  const absl::string_view text_;
  bool ready_ = false;
  bool has_event_ = false;
  yaml_parser_t parser_;
  yaml_event_t event_;
};

bool IsNullText(absl::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::string NameOf(const unsigned char* anchor) {
  return anchor == nullptr ? "" : reinterpret_cast<const char*>(anchor);
}

// Levels of a tree, itself included.
size_t HeightOf(const YamlNode& node) {
  size_t below = 0;
  for (const YamlNode& item : node.items) below = std::max(below, HeightOf(item));
  for (const YamlEntry& entry : node.entries) below = std::max(below, HeightOf(entry.value));
  return below + 1;
}

// Bytes of a tree in memory, about.
size_t WeightOf(const YamlNode& node) {
  size_t weight = sizeof(YamlNode) + node.text.size();
  for (const YamlNode& item : node.items) weight += WeightOf(item);
  for (const YamlEntry& entry : node.entries) weight += entry.key.size() + WeightOf(entry.value);
  return weight;
}

class TreeBuilder {
 public:
  explicit TreeBuilder(EventReader* events) : events_(*events) {}

  // Reads the node whose first event is the current one, up to its last event.
  absl::Status Read(YamlNode* node, size_t depth) {
    if (depth > kYamlDepth) return TooDeep();
    node->mark = events_.mark();
    switch (events_.type()) {
      case YAML_ALIAS_EVENT: return ReadAlias(node, depth);
      case YAML_SCALAR_EVENT: return ReadScalar(node);
      case YAML_SEQUENCE_START_EVENT: return ReadSequence(node, depth);
      case YAML_MAPPING_START_EVENT: return ReadMapping(node, depth);
      default: return events_.Error("not valid YAML: a value was expected");
    }
  }

 private:
  absl::Status RefuseTag(const unsigned char* tag) {
    return tag == nullptr ? absl::OkStatus() : events_.Error("a tag (!name) is not supported");
  }

  // Counts a copy of `node` against the cap for all copies.
  absl::Status Spend(const YamlNode& node) {
    copied_ += WeightOf(node);
    if (copied_ <= kYamlCopied) return absl::OkStatus();
    return events_.Error(absl::StrCat("anchors (&name) and aliases (*name) make more than ",
                                      kYamlCopied, " bytes; write the values out"));
  }

  // An anchor holds from the end of its value on, so no value can contain itself.
  absl::Status Remember(const std::string& anchor, const YamlNode& node) {
    if (anchor.empty()) return absl::OkStatus();
    anchors_[anchor] = node;
    return Spend(node);
  }

  absl::Status ReadAlias(YamlNode* node, size_t depth) {
    const std::string name = NameOf(events_.event().data.alias.anchor);
    const auto at = anchors_.find(name);
    if (at == anchors_.end()) {
      return events_.Error(absl::StrCat("the alias *", Clipped(name), " has no anchor before it"));
    }
    if (depth + HeightOf(at->second) - 1 > kYamlDepth) return TooDeep();
    *node = at->second;
    return Spend(*node);
  }

  absl::Status TooDeep() const {
    return events_.Error(absl::StrCat("nested deeper than ", kYamlDepth, " levels"));
  }

  absl::Status ReadScalar(YamlNode* node) {
    const auto& scalar = events_.event().data.scalar;
    node->text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    node->quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->kind =
        !node->quoted && IsNullText(node->text) ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar;
    absl::Status status = RefuseTag(scalar.tag);
    return status.ok() ? Remember(NameOf(scalar.anchor), *node) : status;
  }

  absl::Status ReadSequence(YamlNode* node, size_t depth) {
    node->kind = YamlNode::Kind::kSequence;
    const auto& start = events_.event().data.sequence_start;
    const std::string anchor = NameOf(start.anchor);
    absl::Status status = RefuseTag(start.tag);
    while (status.ok()) {
      status = events_.Next();
      if (!status.ok()) return status;
      if (events_.type() == YAML_SEQUENCE_END_EVENT) return Remember(anchor, *node);
      status = Read(&node->items.emplace_back(), depth + 1);
    }
    return status;
  }

  absl::Status ReadMapping(YamlNode* node, size_t depth) {
    node->kind = YamlNode::Kind::kMapping;
    const auto& start = events_.event().data.mapping_start;
    const std::string anchor = NameOf(start.anchor);
    absl::Status status = RefuseTag(start.tag);
    std::set<std::string> keys;
    while (status.ok()) {
      status = events_.Next();
      if (!status.ok()) return status;
      if (events_.type() == YAML_MAPPING_END_EVENT) return Remember(anchor, *node);
      status = ReadEntry(node, depth, &keys);
    }
    return status;
  }

  absl::Status ReadEntry(YamlNode* node, size_t depth, std::set<std::string>* keys) {
    if (events_.type() != YAML_SCALAR_EVENT) return events_.Error("a key must be plain text");
    YamlNode key;
    if (absl::Status status = Read(&key, depth + 1); !status.ok()) return status;
    if (!keys->insert(key.text).second) {
      return events_.Error(absl::StrCat("the key ", Quoted(key.text), " is given twice"));
    }
    if (absl::Status status = events_.Next(); !status.ok()) return status;
    YamlEntry& entry = node->entries.emplace_back();
    entry.key = std::move(key.text);
    entry.mark = key.mark;
    return Read(&entry.value, depth + 1);
  }

  EventReader& events_;
  std::map<std::string, YamlNode> anchors_;
  size_t copied_ = 0;
};

}  // namespace

std::string At(absl::string_view file, Mark mark, absl::string_view message) {
  return absl::StrCat(file, ":", mark.line, ":", mark.column, ": ", message);
}

const YamlNode* YamlNode::Find(absl::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

absl::StatusOr<YamlNode> ParseYaml(absl::string_view file, absl::string_view text) {
  if (text.size() > kYamlBytes) {
    return absl::InvalidArgumentError(
        At(file, {1, 1}, absl::StrCat("longer than ", kYamlBytes, " bytes")));
  }
  EventReader events(file, text);
  YamlNode root;
  root.mark = {1, 1};
  // STREAM-START, then the document or the end of the stream.
  for (int i = 0; i < 2; ++i) {
    if (absl::Status status = events.Next(); !status.ok()) return status;
  }
  if (events.type() == YAML_STREAM_END_EVENT) return root;
  if (absl::Status status = events.Next(); !status.ok()) return status;
  if (absl::Status status = TreeBuilder(&events).Read(&root, 1); !status.ok()) return status;
  // DOCUMENT-END, then nothing more.
  for (int i = 0; i < 2; ++i) {
    if (absl::Status status = events.Next(); !status.ok()) return status;
  }
  if (events.type() != YAML_STREAM_END_EVENT) {
    return events.Error("a second document; expected only one");
  }
  return root;
}

}  // namespace muster::codec
