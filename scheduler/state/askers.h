// SPDX-License-Identifier: Apache-2.0
// Kinds of waiting gangs that no decision tells apart but by their place in line and by how long
// they would run: what one of a kind is answered, all are, until something else is decided. A
// backlog has far fewer kinds than gangs. Derived only: dropping it changes no decision.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/tree.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/shape.h"

namespace muster {

class Askers {
 public:
  struct Part {
    RoleId role;
    int32_t existing = 0;
    int32_t forecast = 0;
    bool driver = false;
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  struct Key {
    QueueId queue;
    std::string user;  // where users are limited
    int32_t priority = 0;
    bool preempts = false;
    bool spark = false;  // its roles have names
    std::vector<Part> parts;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  static Key KeyOf(const Gang& gang, const Shape& shape, const Tree& tree);

  // From 0, dense.
  uint32_t Intern(const Gang& gang, const Shape& shape, const Tree& tree) {
    return kinds_.try_emplace(KeyOf(gang, shape, tree), static_cast<uint32_t>(kinds_.size()))
        .first->second;
  }
  size_t size() const { return kinds_.size(); }
  void Clear() { kinds_.clear(); }

 private:
  absl::btree_map<Key, uint32_t> kinds_;
};

}  // namespace muster
