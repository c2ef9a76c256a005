// SPDX-License-Identifier: Apache-2.0
// What fields.h cannot see by itself: how many values the enums of the model have.
#pragma once

#include "scheduler/daemon/trace/fields.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/plan.h"
#include "scheduler/model/pod.h"
#include "scheduler/model/queue_spec.h"
#include "scheduler/model/reason.h"
#include "scheduler/model/role_spec.h"
#include "scheduler/state/pods.h"
#include "scheduler/state/state_fields.h"

namespace muster::daemon {

template <>
inline constexpr int kValuesOf<PodPhase> = static_cast<int>(PodPhase::kFailed) + 1;
template <>
inline constexpr int kValuesOf<SparkRole> = static_cast<int>(SparkRole::kExecutor) + 1;
template <>
inline constexpr int kValuesOf<SelectorOp> = static_cast<int>(SelectorOp::kLt) + 1;
template <>
inline constexpr int kValuesOf<TaintEffect> = static_cast<int>(TaintEffect::kNoExecute) + 1;
template <>
inline constexpr int kValuesOf<StepKind> = static_cast<int>(StepKind::kRehold) + 1;
template <>
inline constexpr int kValuesOf<EvictionCause> = static_cast<int>(EvictionCause::kOverrun) + 1;
template <>
inline constexpr int kValuesOf<ReasonCode> = static_cast<int>(ReasonCode::kForbidden) + 1;
template <>
inline constexpr int kValuesOf<GangKind> = static_cast<int>(GangKind::kSpark) + 1;
template <>
inline constexpr int kValuesOf<GangState> = static_cast<int>(GangState::kEnded) + 1;
template <>
inline constexpr int kValuesOf<Standing> = static_cast<int>(Standing::kFailed) + 1;
template <>
inline constexpr int kValuesOf<QueueState> = static_cast<int>(QueueState::kClosed) + 1;
template <>
inline constexpr int kValuesOf<LeafOrder> = static_cast<int>(LeafOrder::kFair) + 1;
template <>
inline constexpr int kValuesOf<Autoscale> = static_cast<int>(Autoscale::kDriver) + 1;

}  // namespace muster::daemon
