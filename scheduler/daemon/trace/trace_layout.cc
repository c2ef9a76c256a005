// SPDX-License-Identifier: Apache-2.0
// The layout of a trace as one number: every struct that it carries is walked, and what stands
// where is put into a text, which is hashed.
#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/trace/digest.h"
#include "scheduler/daemon/trace/model_fields.h"
#include "scheduler/daemon/trace/operation.h"
#include "scheduler/daemon/trace/trace_format.h"
#include "scheduler/daemon/version.h"
#include "scheduler/state/state.h"

namespace muster::daemon {
namespace {

template <typename T>
void Describe(T& value, std::string* out) {
  if constexpr (std::is_same_v<T, std::string>) {
    *out += 's';
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    *out += 't';
  } else if constexpr (std::is_same_v<T, absl::Duration>) {
    *out += 'd';
  } else if constexpr (std::is_same_v<T, ResourceList>) {
    *out += 'r';
  } else if constexpr (std::is_same_v<T, QueueConfig>) {
    *out += 'y';
  } else if constexpr (kWide<T>) {
    *out += 'w';
  } else if constexpr (std::is_enum_v<T>) {
    absl::StrAppend(out, "e", kValuesOf<T>);
  } else if constexpr (std::is_integral_v<T>) {
    absl::StrAppend(out, std::is_unsigned_v<T> ? "u" : "i", sizeof(T));
  } else if constexpr (IdLike<T>) {
    *out += '#';
  } else if constexpr (Opened<T>) {
    *out += '{';
    value.Fields([out](auto&... field) { (Describe(field, out), ...); });
    *out += '}';
  } else if constexpr (std::is_same_v<T, SharedReason>) {
    Reason probe = value;
    Describe(probe, out);
  } else if constexpr (OptionalLike<T>) {
    *out += '?';
    std::decay_t<decltype(*value)> probe{};
    Describe(probe, out);
  } else if constexpr (MapLike<T>) {
    *out += 'm';
    typename T::key_type key{};
    typename T::mapped_type mapped{};
    Describe(key, out);
    Describe(mapped, out);
  } else if constexpr (SetLike<T> || Sequence<T>) {
    *out += '*';
    typename T::value_type item{};
    Describe(item, out);
  } else if constexpr (TupleLike<T>) {
    *out += '(';
    std::apply([out](auto&... part) { (Describe(part, out), ...); }, value);
    *out += ')';
  } else {
    *out += '{';
    boost::pfr::for_each_field(value, [out](auto& field) { Describe(field, out); });
    *out += '}';
  }
}

template <typename T>
void Describe(std::string* out) {
  T value{};
  Describe(value, out);
}

std::string MakeLayout() {
  std::string text;
  State state("");
  Describe(state, &text);
  Describe<Pod>(&text);
  Describe<Node>(&text);
  Describe<Forecast>(&text);
  Describe<Memory>(&text);
  Describe<Plan>(&text);
  Describe<RecordedPlan>(&text);
  return absl::StrFormat("%016x", Hash64(text));
}

}  // namespace

const std::string& TraceLayout() {
  static const auto* const layout = new std::string(MakeLayout());
  return *layout;
}

std::string FirstLine() {
  return absl::StrCat("muster trace ", kTraceVersion, " ", TraceLayout(), " by muster ", kVersion,
                      "\n");
}

}  // namespace muster::daemon
