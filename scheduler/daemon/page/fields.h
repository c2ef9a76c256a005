// SPDX-License-Identifier: Apache-2.0
// The fields of one request's query, each read once by the page that knows it. What is wrong with
// them is kept until Check: not text, given twice, not a number in range, or known to nobody.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/daemon/http/query.h"

namespace muster::daemon {

class Fields {
 public:
  explicit Fields(absl::string_view query);

  std::string Text(const std::string& name);  // empty: not given
  std::string Needed(const std::string& name);
  std::vector<std::string> Texts(const std::string& name);
  int64_t Integer(const std::string& name, int64_t least, int64_t most, int64_t otherwise);

  // Called last. InvalidArgument names the field and what was expected.
  absl::Status Check() const;

 private:
  void Fault(std::string message);

  Query query_;
  std::set<std::string> known_;
  std::string fault_;  // the first one
};

}  // namespace muster::daemon
