// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/image_ids.h"

#include <algorithm>
#include <type_traits>

#include "scheduler/daemon/trace/model_fields.h"

namespace muster::daemon {
namespace {

struct Sizes {
  size_t nodes = 0;
  size_t pods = 0;
  size_t gangs = 0;
  size_t queues = 0;
  size_t roles = 0;
  size_t users = 0;
};

class IdCheck {
 public:
  explicit IdCheck(const Sizes& sizes) : sizes_(sizes) {}

  template <typename T>
  void Check(const T& value) {
    if constexpr (std::is_same_v<T, NodeId>) {
      Below(value, sizes_.nodes);
    } else if constexpr (std::is_same_v<T, PodId>) {
      Below(value, sizes_.pods);
    } else if constexpr (std::is_same_v<T, GangId>) {
      Below(value, sizes_.gangs);
    } else if constexpr (std::is_same_v<T, QueueId>) {
      Below(value, sizes_.queues);
    } else if constexpr (std::is_same_v<T, RoleId>) {
      Below(value, sizes_.roles);
    } else if constexpr (std::is_same_v<T, LeafUserId>) {
      Below(value, sizes_.users);
    } else if constexpr (Opened<T>) {
      // Fields only hands out: it changes nothing.
      const_cast<T&>(value).Fields([this](const auto&... field) { (Check(field), ...); });
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || kWide<T> ||
                         std::is_same_v<T, std::string> || std::is_same_v<T, absl::Time> ||
                         std::is_same_v<T, absl::Duration> || std::is_same_v<T, ResourceList> ||
                         std::is_same_v<T, QueueConfig>) {
      // No id.
    } else if constexpr (OptionalLike<T>) {
      if (value.has_value()) Check(*value);
    } else if constexpr (MapLike<T>) {
      for (const auto& [key, mapped] : value) {
        Check(key);
        Check(mapped);
      }
    } else if constexpr (SetLike<T> || Sequence<T>) {
      for (const auto& each : value) Check(static_cast<const typename T::value_type&>(each));
    } else if constexpr (TupleLike<T>) {
      std::apply([this](const auto&... part) { (Check(part), ...); }, value);
    } else {
      boost::pfr::for_each_field(value, [this](const auto& field) { Check(field); });
    }
  }

  bool good() const { return good_; }

 private:
  template <typename Id>
  void Below(const Id& id, size_t size) {
    good_ = good_ && (!id.valid() || id.value < size);
  }

  const Sizes sizes_;
  bool good_ = true;
};

}  // namespace

bool IdsExist(const State& state) {
  IdCheck check({state.nodes().size(), state.pods().slots().size(), state.gangs().size(),
                 state.tree().size(), state.roles().size(), state.user_use().size()});
  check.Check(state);
  return check.good() && state.user_use().leaves() <= state.tree().size() &&
         std::all_of(state.gangs().begin(), state.gangs().end(),
                     [](const Gang& gang) { return gang.queue.valid() == gang.leaf_user.valid(); });
}

}  // namespace muster::daemon
