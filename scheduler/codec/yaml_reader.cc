// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/yaml_reader.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/quantity.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: return "nothing";
    case YamlNode::Kind::kSequence: return "a list";
    case YamlNode::Kind::kMapping: return "a mapping";
    case YamlNode::Kind::kScalar:
      return node.quoted ? absl::StrCat("the text ", Quoted(node.text)) : Quoted(node.text);
  }
  return "nothing";
}

bool IsPlain(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar && !node.quoted; }

}  // namespace

void YamlErrors::Add(Mark mark, absl::string_view message) {
  if (errors_.size() == kKept) {
    ++dropped_;
    return;
  }
  errors_.push_back({mark, std::string(message)});
}

absl::Status YamlErrors::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  std::vector<const Error*> order;
  for (const Error& error : errors_) order.push_back(&error);
  std::stable_sort(order.begin(), order.end(), [](const Error* a, const Error* b) {
    return std::tie(a->mark.line, a->mark.column) < std::tie(b->mark.line, b->mark.column);
  });
  std::string text = absl::StrJoin(order, "\n", [this](std::string* out, const Error* error) {
    absl::StrAppend(out, At(file_, error->mark, error->message));
  });
  if (dropped_ > 0) absl::StrAppend(&text, "\n", file_, ": and ", dropped_, " more errors");
  return absl::InvalidArgumentError(text);
}

void YamlField::Error(absl::string_view message) const {
  errors_->Add(node_->mark,
               path_.empty() ? std::string(message) : absl::StrCat(path_, ": ", message));
}

void YamlField::Expected(absl::string_view what) const {
  Error(absl::StrCat("expected ", what, ", got ", Describe(*node_)));
}

std::optional<std::string> YamlField::Text(absl::string_view what) const {
  if (node_->kind == YamlNode::Kind::kScalar) return node_->text;
  Expected(what);
  return std::nullopt;
}

std::optional<int64_t> YamlField::Integer(int64_t min, int64_t max) const {
  int64_t value = 0;
  if (IsPlain(*node_) && absl::SimpleAtoi(node_->text, &value) && value >= min && value <= max) {
    return value;
  }
  Expected(absl::StrCat("a whole number from ", min, " to ", max));
  return std::nullopt;
}

std::optional<bool> YamlField::Boolean() const {
  if (IsPlain(*node_) && node_->text == "true") return true;
  if (IsPlain(*node_) && node_->text == "false") return false;
  Expected("true or false");
  return std::nullopt;
}

std::optional<absl::Duration> YamlField::Duration() const {
  absl::Duration value;
  if (node_->kind == YamlNode::Kind::kScalar && absl::ParseDuration(node_->text, &value) &&
      value >= absl::ZeroDuration() && value < absl::InfiniteDuration()) {
    return value;
  }
  Expected("a duration such as 90s, 10m or 1h30m");
  return std::nullopt;
}

std::optional<int64_t> YamlField::Amount(absl::string_view resource) const {
  if (node_->kind != YamlNode::Kind::kScalar) {
    Expected("a Kubernetes quantity such as 500m, 2 or 16Gi");
    return std::nullopt;
  }
  const absl::StatusOr<Quantity> quantity = ParseAmount(resource, node_->text);
  if (quantity.ok()) return ToAmount(resource, *quantity);
  Error(quantity.status().message());
  return std::nullopt;
}

std::optional<ResourceList> YamlField::Amounts() const {
  const YamlMap map(*this);
  if (!map.valid()) return std::nullopt;
  ResourceList list;
  bool good = true;
  for (const auto& [resource, field] : map.Entries()) {
    const std::optional<int64_t> amount = field.Amount(resource);
    if (amount.has_value()) list.Set(resource, *amount, /*keep_zero=*/true);
    good = good && amount.has_value();
  }
  if (!good) return std::nullopt;
  return list;
}

std::optional<size_t> YamlField::Word(const std::vector<absl::string_view>& words) const {
  if (node_->kind == YamlNode::Kind::kScalar) {
    const auto at = std::find(words.begin(), words.end(), absl::string_view(node_->text));
    if (at != words.end()) return static_cast<size_t>(at - words.begin());
  }
  Expected(absl::StrJoin(words, " or "));
  return std::nullopt;
}

std::vector<YamlField> YamlField::Items() const {
  std::vector<YamlField> items;
  if (node_->kind != YamlNode::Kind::kSequence) {
    Expected("a list");
    return items;
  }
  items.reserve(node_->items.size());
  for (const YamlNode& item : node_->items) {
    items.emplace_back(item, absl::StrCat(path_, "[", items.size(), "]"), errors_);
  }
  return items;
}

std::optional<std::vector<std::string>> YamlField::Texts() const {
  if (node_->kind != YamlNode::Kind::kSequence) {
    Expected("a list of texts");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  bool good = true;
  for (const YamlField& item : Items()) {
    std::optional<std::string> text = item.Text();
    good = good && text.has_value();
    if (text.has_value()) texts.push_back(*std::move(text));
  }
  if (!good) return std::nullopt;
  return texts;
}

YamlMap::YamlMap(const YamlField& field, Kind kind)
    : field_(field), kind_(kind), valid_(field.node().kind == YamlNode::Kind::kMapping) {
  if (!valid_) field.Expected("a mapping");
}

std::string YamlMap::PathOf(absl::string_view key) const {
  return field_.path().empty() ? std::string(key) : absl::StrCat(field_.path(), ".", key);
}

std::optional<YamlField> YamlMap::Optional(absl::string_view key) {
  known_.emplace_back(key);
  const YamlNode* node = field_.node().Find(key);
  if (node == nullptr) return std::nullopt;
  if (kind_ == kOpen && node->kind == YamlNode::Kind::kNull) return std::nullopt;
  return YamlField(*node, PathOf(key), field_.errors());
}

std::optional<YamlField> YamlMap::Required(absl::string_view key, absl::string_view what) {
  std::optional<YamlField> field = Optional(key);
  if (!field.has_value() && valid_) {
    field_.Error(absl::StrCat("the key ", Quoted(key), " is missing; expected ", what));
  }
  return field;
}

std::vector<std::pair<std::string, YamlField>> YamlMap::Entries() const {
  std::vector<std::pair<std::string, YamlField>> entries;
  for (const YamlEntry& entry : field_.node().entries) {
    if (kind_ == kOpen && entry.value.kind == YamlNode::Kind::kNull) continue;
    entries.emplace_back(entry.key,
                         YamlField(entry.value, PathOf(Clipped(entry.key)), field_.errors()));
  }
  return entries;
}

void YamlMap::Finish() const {
  if (kind_ == kOpen) return;
  for (const YamlEntry& entry : field_.node().entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string nearest = NearestWord(entry.key, {known_.begin(), known_.end()});
    const std::string message = nearest.empty()
                                    ? absl::StrCat("expected one of ", absl::StrJoin(known_, ", "))
                                    : absl::StrCat("did you mean ", Quoted(nearest), "?");
    field_.errors()->Add(
        entry.mark, absl::StrCat(field_.path(), field_.path().empty() ? "" : ": ", "unknown key ",
                                 Quoted(entry.key), "; ", message));
  }
}

}  // namespace muster::codec
