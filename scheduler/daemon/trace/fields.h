// SPDX-License-Identifier: Apache-2.0
// Any value of the model, field by field, into a trace and back. Structs are walked by themselves
// (Boost.PFR), so that a field that is added to one is recorded without a line here; classes have
// a member Fields that hands theirs to a visitor.
//
// The order and kinds of all fields are the layout of a trace. Each file names its own, as a number
// that changes when any of them does (Layout).
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "boost/pfr.hpp"
#include "scheduler/codec/queue_config_text.h"
#include "scheduler/daemon/trace/bytes.h"
#include "scheduler/model/queue_spec.h"
#include "scheduler/model/resource_list.h"

namespace muster::daemon {

template <typename T>
concept IdLike = requires(const T& id) {
  T::kNone;
  id.valid();
  id.value;
};
template <typename T>
concept MapLike = requires { typename T::mapped_type; };
template <typename T>
concept SetLike = !MapLike<T> && requires { typename T::key_type; };
template <typename T>
concept Sequence = requires(T& all, typename T::value_type item) { all.push_back(item); };
template <typename T>
concept OptionalLike = requires(T& value) {
  value.has_value();
  value.reset();
};
template <typename T>
concept TupleLike = requires { std::tuple_size<T>::value; };
__extension__ typedef __int128 WideInteger;
template <typename T>
inline constexpr bool kWide = std::is_same_v<T, WideInteger>;
// Anything that takes what is handed to it, to ask whether a class hands out its fields.
struct AnyVisitor {
  template <typename... T>
  void operator()(T&...) {}
};
template <typename T>
concept Opened = requires(T& object, AnyVisitor& visit) { object.Fields(visit); };

template <typename T>
void Put(Sink& sink, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    sink.Text(value);
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    sink.Time(value);
  } else if constexpr (std::is_same_v<T, absl::Duration>) {
    sink.Duration(value);
  } else if constexpr (std::is_same_v<T, ResourceList>) {
    Put(sink, value.entries());
  } else if constexpr (std::is_same_v<T, QueueConfig>) {
    sink.Text(codec::QueueConfigLine(value));
  } else if constexpr (kWide<T>) {
    sink.Signed(static_cast<int64_t>(value >> 64));
    sink.Number(static_cast<uint64_t>(value));
  } else if constexpr (std::is_enum_v<T>) {
    sink.Byte(static_cast<uint8_t>(value));
  } else if constexpr (std::is_unsigned_v<T>) {
    sink.Number(value);
  } else if constexpr (std::is_integral_v<T>) {
    sink.Signed(value);
  } else if constexpr (IdLike<T>) {
    sink.Number(value.valid() ? uint64_t{value.value} + 1 : 0);
  } else if constexpr (Opened<T>) {
    // Fields only hands out: it changes nothing.
    const_cast<T&>(value).Fields([&sink](auto&... field) { (Put(sink, field), ...); });
  } else if constexpr (OptionalLike<T>) {
    sink.Byte(value.has_value() ? 1 : 0);
    if (value.has_value()) Put(sink, *value);
  } else if constexpr (MapLike<T> || SetLike<T> || Sequence<T>) {
    sink.Number(value.size());
    for (const auto& each : value) Put(sink, static_cast<const typename T::value_type&>(each));
  } else if constexpr (TupleLike<T>) {
    std::apply([&sink](const auto&... part) { (Put(sink, part), ...); }, value);
  } else {
    boost::pfr::for_each_field(value, [&sink](const auto& field) { Put(sink, field); });
  }
}

// What an enum may be, where a struct carries one; fewer than 256.
template <typename E>
inline constexpr int kValuesOf = 0;

// What a codec would have let through; else the source fails.
void GetAmounts(Source& source, ResourceList* list);
void GetConfig(Source& source, QueueConfig* config);

template <typename T>
void Get(Source& source, T* value);

template <typename T>
void GetMany(Source& source, T* all) {
  all->clear();
  for (size_t left = source.Count(); left > 0 && source.ok(); --left) {
    if constexpr (MapLike<T>) {
      typename T::key_type key{};
      Get(source, &key);
      Get(source, &(*all)[std::move(key)]);
    } else {
      typename T::value_type item{};
      Get(source, &item);
      if constexpr (SetLike<T>) {
        all->insert(std::move(item));
      } else {
        all->push_back(std::move(item));
      }
    }
  }
}

template <typename T>
void GetInteger(Source& source, T* value) {
  if constexpr (std::is_unsigned_v<T>) {
    const uint64_t number = source.Number();
    *value = static_cast<T>(number);
    if (*value != number) source.Fail();
  } else {
    const int64_t number = source.Signed();
    *value = static_cast<T>(number);
    if (*value != number) source.Fail();
  }
}

template <typename T>
void GetParts(Source& source, T* value) {
  // A struct may hold others of its kind.
  if (++source.depth > Source::kDeepest) source.Fail();
  if constexpr (Opened<T>) {
    value->Fields([&source](auto&... field) { (Get(source, &field), ...); });
  } else if constexpr (TupleLike<T>) {
    std::apply([&source](auto&... part) { (Get(source, &part), ...); }, *value);
  } else {
    boost::pfr::for_each_field(*value, [&source](auto& field) { Get(source, &field); });
  }
  --source.depth;
}

template <typename T>
void Get(Source& source, T* value) {
  if (!source.ok()) return;
  if constexpr (std::is_same_v<T, std::string>) {
    *value = source.Text();
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    *value = source.Time();
  } else if constexpr (std::is_same_v<T, absl::Duration>) {
    *value = source.Duration();
  } else if constexpr (std::is_same_v<T, ResourceList>) {
    GetAmounts(source, value);
  } else if constexpr (std::is_same_v<T, QueueConfig>) {
    GetConfig(source, value);
  } else if constexpr (kWide<T>) {
    const int64_t high = source.Signed();
    *value = (static_cast<T>(high) << 64) | source.Number();
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(kValuesOf<T> > 0, "say in model_fields.h how many values the enum has");
    const uint8_t which = source.Byte();
    if (which >= kValuesOf<T>) return source.Fail();
    *value = static_cast<T>(which);
  } else if constexpr (std::is_integral_v<T>) {
    GetInteger(source, value);
  } else if constexpr (IdLike<T>) {
    const uint64_t number = source.Number();
    if (number > T::kNone) return source.Fail();
    value->value = number == 0 ? T::kNone : static_cast<uint32_t>(number - 1);
  } else if constexpr (Opened<T>) {
    GetParts(source, value);
  } else if constexpr (OptionalLike<T>) {
    value->reset();
    if (source.Byte() != 0) Get(source, &value->emplace());
  } else if constexpr (MapLike<T> || SetLike<T> || Sequence<T>) {
    GetMany(source, value);
  } else {
    GetParts(source, value);
  }
}

}  // namespace muster::daemon
