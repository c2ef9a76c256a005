// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/fields.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/quote.h"

namespace muster::daemon {

Fields::Fields(absl::string_view query) {
  std::optional<Query> read = ParseQuery(query);
  if (read) {
    query_ = *std::move(read);
  } else {
    Fault("the query: expected UTF-8 text, percent-encoded");
  }
}

void Fields::Fault(std::string message) {
  if (fault_.empty()) fault_ = std::move(message);
}

std::vector<std::string> Fields::Texts(const std::string& name) {
  known_.insert(name);
  std::vector<std::string> values;
  for (const auto& [field, value] : query_) {
    if (field == name) values.push_back(value);
  }
  return values;
}

std::string Fields::Text(const std::string& name) {
  std::vector<std::string> values = Texts(name);
  if (values.size() > 1) Fault(absl::StrCat(name, ": expected once, given more often"));
  return values.empty() ? "" : values.front();
}

std::string Fields::Needed(const std::string& name) {
  std::string value = Text(name);
  if (value.empty()) Fault(absl::StrCat(name, ": expected a value"));
  return value;
}

int64_t Fields::Integer(const std::string& name, int64_t least, int64_t most, int64_t otherwise) {
  const std::string text = Text(name);
  if (text.empty()) return otherwise;
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value) && value >= least && value <= most) return value;
  Fault(absl::StrCat(name, ": expected a number from ", least, " to ", most, ", not ",
                     codec::Quoted(text)));
  return otherwise;
}

absl::Status Fields::Check() const {
  if (!fault_.empty()) return absl::InvalidArgumentError(fault_);
  for (const auto& [field, unused] : query_) {
    if (known_.contains(field)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("no field ", codec::Quoted(field),
                     "; fields: ", known_.empty() ? "none" : absl::StrJoin(known_, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace muster::daemon
