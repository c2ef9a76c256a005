// SPDX-License-Identifier: Apache-2.0
// Which fields of a pod differ from another's: a bit each, in the order of the struct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "boost/pfr.hpp"
#include "scheduler/model/pod.h"

namespace muster::daemon {

inline constexpr size_t kPodFields = boost::pfr::tuple_size_v<Pod>;
static_assert(kPodFields <= 64, "the fields of a pod are told apart by the bits of one word");

// `visit(index, field, other's)`.
template <typename A, typename B, typename Visit>
void EachPodField(A& pod, B& other, Visit visit) {
  [&]<size_t... I>(std::index_sequence<I...>) {
    (visit(I, boost::pfr::get<I>(pod), boost::pfr::get<I>(other)), ...);
  }(std::make_index_sequence<kPodFields>());
}

inline uint64_t DifferingFields(const Pod& pod, const Pod& other) {
  uint64_t bits = 0;
  EachPodField(pod, other, [&bits](size_t index, const auto& field, const auto& before) {
    if (!(field == before)) bits |= uint64_t{1} << index;
  });
  return bits;
}

}  // namespace muster::daemon
