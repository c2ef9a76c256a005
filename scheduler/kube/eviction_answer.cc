// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/eviction_answer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/api_error.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

// A server that has too much to do answers 429, too, but names no budget.
bool NamesBudget(const ApiError& error) {
  return error.cause == "DisruptionBudget" || absl::StrContains(error.message, "disruption budget");
}

}  // namespace

EvictionAnswer ReadEvictionAnswer(const HttpReply& reply) {
  if (!reply.transport.ok()) {
    return reply.maybe_applied ? EvictionAnswer::kUnclear : EvictionAnswer::kNotNow;
  }
  if (reply.ok()) return EvictionAnswer::kYes;
  switch (reply.code) {
    case 401: return EvictionAnswer::kNotNow;
    case 404:
    case 408:
    case 409: return EvictionAnswer::kUnclear;
    case 429:
      return NamesBudget(ReadApiError(reply.body)) ? EvictionAnswer::kNo : EvictionAnswer::kNotNow;
    case 500:
      return absl::StrContains(ReadApiError(reply.body).message, "PodDisruptionBudget")
                 ? EvictionAnswer::kNo
                 : EvictionAnswer::kUnclear;
    default: return reply.code < 500 ? EvictionAnswer::kNo : EvictionAnswer::kUnclear;
  }
}

bool CountsAsFailure(const HttpReply& reply) {
  return reply.transport.ok() &&
         (reply.code == 401 || reply.code == 404 || reply.code == 409 || reply.code == 500);
}

std::string WhyNot(const loop::PodRef& pod, const HttpReply& reply) {
  std::string why = absl::StrCat(Called(pod), ": ", ErrorText(reply));
  if (!reply.transport.ok()) return why;
  const ApiError error = ReadApiError(reply.body);
  if (NamesBudget(error) && !error.cause_message.empty()) {
    absl::StrAppend(&why, " ", error.cause_message);
  }
  return why;
}

}  // namespace muster::kube
