// SPDX-License-Identifier: Apache-2.0
// Which fields of a struct differ from another's: a bit each, in the order of the struct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "boost/pfr.hpp"

namespace muster::daemon {

// `visit(index, field, other's)`.
template <typename A, typename B, typename Visit>
void EachField(A& one, B& other, Visit visit) {
  constexpr size_t kFields = boost::pfr::tuple_size_v<std::remove_const_t<A>>;
  static_assert(kFields < 64, "the fields are told apart by the bits of one word");
  [&]<size_t... I>(std::index_sequence<I...>) {
    (visit(I, boost::pfr::get<I>(one), boost::pfr::get<I>(other)), ...);
  }(std::make_index_sequence<kFields>());
}

template <typename T>
uint64_t DifferingFields(const T& one, const T& other) {
  uint64_t bits = 0;
  EachField(one, other, [&bits](size_t index, const auto& field, const auto& before) {
    if (!(field == before)) bits |= uint64_t{1} << index;
  });
  return bits;
}

// What a copy of all fields would do, without touching those that are the same.
template <typename T>
void CopyFields(uint64_t bits, const T& from, T* to) {
  EachField(*to, from, [bits](size_t index, auto& field, const auto& now) {
    if ((bits >> index & 1) != 0) field = now;
  });
}

}  // namespace muster::daemon
