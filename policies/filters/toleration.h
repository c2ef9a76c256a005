// SPDX-License-Identifier: Apache-2.0
// Whether a toleration covers a taint. Source: kubernetes v1.36 core/v1 toleration.go.
#pragma once

#include <algorithm>
#include <vector>

#include "scheduler/model/role_spec.h"

namespace muster {

inline bool Tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.any_effect && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  if (toleration.exists) return true;
  return !toleration.key.empty() && toleration.value == taint.value;
}

inline bool Tolerated(const Taint& taint, const std::vector<Toleration>& tolerations) {
  return std::any_of(
      tolerations.begin(), tolerations.end(),
      [&taint](const Toleration& toleration) { return Tolerates(toleration, taint); });
}

}  // namespace muster
