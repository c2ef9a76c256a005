// SPDX-License-Identifier: Apache-2.0
// A pool: the nodes that admit any of some roles, and what is free there in sum, by which of the
// roles a node admits. Kept between cycles for those who wait, and brought up to date from the
// nodes' journal (policies/pool.h). Derived only: dropping it changes no decision.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/numeric/int128.h"
#include "scheduler/model/ids.h"

namespace muster {

struct PoolColumns {
  // Which roles a node admits, a bit each; those after the 63rd share the last.
  using Mask = uint64_t;

  struct Sum {
    int64_t nodes = 0;
    // By `asked`: what is free, nothing where less than nothing is. Wide, so that what was added
    // can be taken away again, whatever nodes claim to have.
    absl::InlinedVector<absl::int128, 4> free;
  };

  std::vector<uint32_t> asked;                // columns that a role asks for
  std::vector<Mask> masks;                    // by node slot
  std::vector<std::vector<int64_t>> counted;  // by `asked`, by node slot: what `sums` has of it
  absl::btree_map<Mask, Sum> sums;            // of masks that are not 0
  uint64_t position = 0;                      // of the journal, up to which all is true
  uint64_t used = 0;                          // when it was last asked for
};

// By the roles, in the order of the bits.
struct Pools {
  absl::btree_map<std::vector<RoleId>, PoolColumns> by_roles;
  uint64_t questions = 0;
};

}  // namespace muster
