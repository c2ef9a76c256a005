// SPDX-License-Identifier: Apache-2.0
// Role classes: pods whose specs are equal in all that filters read share one, and are placed in
// one pass. A class lives as long as the process: there are few, since Spark's executors differ
// only in fields that filters do not read.
#pragma once

#include <deque>
#include <string>

#include "absl/container/btree_map.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/role_spec.h"

namespace muster {

struct RoleClass {
  RoleId id;
  RoleSpec spec;
  Amounts each;  // spec.requests as columns, and one pod
};

class RoleClasses {
 public:
  RoleId Intern(const RoleSpec& spec, ResourceTable* resources);
  const RoleClass& at(RoleId id) const { return classes_[id.value]; }
  size_t size() const { return classes_.size(); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(by_key_, classes_, last_);
  }

 private:
  absl::btree_map<std::string, RoleId> by_key_;
  std::deque<RoleClass> classes_;  // references stay valid
  RoleId last_;                    // asked for: pods of one shape come one after another
};

}  // namespace muster
