// SPDX-License-Identifier: Apache-2.0
// Paths of the objects that Muster reads or writes one by one, and the answers' contents.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/kube/api_error.h"
#include "scheduler/loop/ports.h"

namespace muster::kube {

// The server gives a write up after this long, and so does the client a little later: an answer
// that has not come by then is "unknown" and the object is read.
inline constexpr absl::string_view kWriteTimeout = "?timeout=4s";
inline constexpr absl::Duration kWriteDeadline = absl::Seconds(6);

inline std::string PodPath(const loop::PodRef& pod, absl::string_view sub = "") {
  return absl::StrCat("/api/v1/namespaces/", EscapeQuery(pod.ns), "/pods/", EscapeQuery(pod.name),
                      sub);
}

inline std::string ConfigMapPath(absl::string_view ns, absl::string_view name) {
  return absl::StrCat("/api/v1/namespaces/", EscapeQuery(ns), "/configmaps/", EscapeQuery(name));
}

// "pod team/a".
inline std::string Called(const loop::PodRef& pod) {
  return absl::StrCat("pod ", pod.ns, "/", pod.name);
}

// The message inside a 2xx protobuf answer.
template <typename Message>
absl::StatusOr<Message> ReadAnswer(const HttpReply& reply) {
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(reply.body);
  if (!envelope.ok()) return envelope.status();
  Message message;
  if (!message.ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size()))) {
    return absl::InvalidArgumentError("malformed protobuf in an answer");
  }
  return message;
}

}  // namespace muster::kube
