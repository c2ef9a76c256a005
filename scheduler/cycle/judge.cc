// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/judge.h"

#include "absl/strings/str_cat.h"

namespace muster {

namespace {

std::string PodName(const Pod& pod) { return absl::StrCat("pod ", pod.ns, "/", pod.name); }

Reason ConfigError(std::string subject, std::string detail) {
  return Reason{
      .code = ReasonCode::kConfigError, .subject = std::move(subject), .detail = std::move(detail)};
}

Reason JudgeForecast(const State& state, const Gang& gang) {
  const Pod& driver = state.pod(gang.driver).pod;
  if (driver.conf_map.empty()) {
    return ConfigError(
        PodName(driver),
        "expected volume spark-conf-volume-driver with the driver's spark.properties, "
        "since label spark-role is driver");
  }
  if (!gang.forecast.has_value()) {
    return Reason{.code = ReasonCode::kGangIncomplete,
                  .subject = gang.missing.empty()
                                 ? absl::StrCat("ConfigMap ", driver.ns, "/", driver.conf_map)
                                 : gang.missing};
  }
  if (!gang.forecast->config_error.empty()) {
    return ConfigError(PodName(driver), gang.forecast->config_error);
  }
  return {};
}

}  // namespace

Reason FaultOf(const State& state, const Gang& gang) {
  const Pod* first = nullptr;
  for (PodId id : gang.waiting) {
    const Pod& pod = state.pod(id).pod;
    if (pod.config_error.empty()) continue;
    if (first == nullptr || pod.name < first->name) first = &pod;
  }
  return ConfigError(PodName(*first), first->config_error);
}

Reason Judge(const State& state, const Gang& gang, absl::Time now) {
  if (gang.faulty > 0) return FaultOf(state, gang);
  if (gang.refusal.code != ReasonCode::kNone) return gang.refusal;
  if (gang.kind == GangKind::kDeclared && gang.minimum == 0) {
    return ConfigError(
        absl::StrCat("gang ", FullName(gang)),
        "annotation muster.dev/gang-min: expected a number of members of at least 1, "
        "required with label muster.dev/gang");
  }
  if (gang.driver.valid()) {
    Reason reason = JudgeForecast(state, gang);
    if (reason.code != ReasonCode::kNone) return reason;
  } else if (static_cast<int32_t>(gang.waiting.size()) < gang.minimum) {
    return Reason{.code = ReasonCode::kGangIncomplete,
                  .need = gang.minimum,
                  .have = static_cast<int64_t>(gang.waiting.size())};
  }
  if (gang.backoff_until > now) {
    return Reason{.code = ReasonCode::kBindRefused, .detail = gang.refused_message};
  }
  return {};
}

}  // namespace muster
