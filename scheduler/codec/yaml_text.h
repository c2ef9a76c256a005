// SPDX-License-Identifier: Apache-2.0
// YAML as our own readers take it, written in flow style from left to right. Text is quoted where
// it could be anything but itself; equal calls give equal bytes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/model/resource_list.h"

namespace muster::codec {

class YamlText {
 public:
  // Of a mapping or a list, '{' or '['.
  void Begin(char bracket);
  void End();
  void Key(absl::string_view key);

  void Text(absl::string_view text);
  void Number(int64_t number);
  void Billionths(int64_t billionths);  // 1'500'000'000 is "1.5"; 0 or more
  void Boolean(bool value);
  void Duration(absl::Duration duration);  // finite
  void Amounts(const ResourceList& amounts);

  // With their key, and not at all where they are `absent`.
  void Text(absl::string_view key, absl::string_view text, absl::string_view absent = "");
  void Number(absl::string_view key, int64_t number, int64_t absent);
  void Boolean(absl::string_view key, bool value, bool absent);
  void Duration(absl::string_view key, absl::Duration duration, absl::Duration absent);
  void Amounts(absl::string_view key, const ResourceList& amounts);
  // Of that resource, which is its key.
  void Amount(absl::string_view resource, int64_t amount);

  std::string Take() { return std::move(out_); }

 private:
  void Comma();

  std::string out_;
  std::string open_;  // brackets
  bool fresh_ = true;
};

}  // namespace muster::codec
