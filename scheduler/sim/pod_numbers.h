// SPDX-License-Identifier: Apache-2.0
// Pods by number: the simulated API server counts the pods that it creates and names them by that
// count ("pod-0000002a"), so that whatever somebody knows of a pod is one step away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace muster::sim {

using PodNumber = uint32_t;  // from 1

inline std::string UidOf(PodNumber number) {
  return absl::StrCat("pod-", absl::Hex(number, absl::kZeroPad8));
}

// 0 for what is no uid of a pod.
inline PodNumber NumberOf(absl::string_view uid) {
  if (uid.size() != 12 || uid.substr(0, 4) != "pod-") return 0;
  PodNumber number = 0;
  for (char c : uid.substr(4)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return 0;
    number = number * 16 + static_cast<PodNumber>(digit ? c - '0' : c - 'a' + 10);
  }
  return number;
}

// A value for each pod; T() where none was set.
template <typename T>
class PodColumn {
 public:
  T& operator[](const std::string& uid) {
    const PodNumber number = NumberOf(uid);
    if (number >= values_.size()) values_.resize(std::max<size_t>(number + 1, 2 * values_.size()));
    return values_[number];
  }
  T at(const std::string& uid) const {
    const PodNumber number = NumberOf(uid);
    return number < values_.size() ? values_[number] : T();
  }
  const std::vector<T>& values() const { return values_; }  // by number

 private:
  std::vector<T> values_;
};

}  // namespace muster::sim
