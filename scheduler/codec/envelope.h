// SPDX-License-Identifier: Apache-2.0
// How the API server wraps protobuf: bodies, lists and watch streams, opened without copying.
//
// A body is "k8s\0" + runtime.Unknown{typeMeta, raw}. A list's raw is {metadata=1, items=2*} with
// bare items. A watch stream is frames of a 4-byte big-endian length and a bare WatchEvent, whose
// object is a whole body again. Views point into the text they were taken from. Errors are
// InvalidArgument. Source: k8s.io/apimachinery pkg/runtime/serializer/protobuf, pkg/util/framer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace muster::codec {

struct Envelope {
  std::string kind;  // "Pod", "PodList", "Status"
  std::string api_version;
  absl::string_view raw;  // the message of that kind
};

bool HasEnvelope(absl::string_view body);
absl::StatusOr<Envelope> OpenEnvelope(absl::string_view body);
std::string SealEnvelope(absl::string_view api_version, absl::string_view kind,
                         absl::string_view raw);

struct ListBody {
  std::string resource_version;
  std::string continue_token;  // empty: the last page
  std::vector<absl::string_view> items;
};
absl::StatusOr<ListBody> OpenList(absl::string_view raw);

struct WatchFrame {
  std::string type;          // ADDED, MODIFIED, DELETED, BOOKMARK, ERROR
  absl::string_view object;  // with its envelope
};
absl::StatusOr<WatchFrame> OpenWatchFrame(absl::string_view frame);

// Cuts a byte stream, arriving in any pieces, into length-prefixed frames.
class FrameSplitter {
 public:
  static constexpr size_t kFrameBytes = size_t{32} << 20;

  void Append(absl::string_view bytes);
  // The next whole frame, valid until the next Append; nullopt-like: false if there is none yet.
  // A length above kFrameBytes is an error and the stream is lost.
  absl::StatusOr<bool> Next(absl::string_view* frame);

 private:
  std::string buffer_;
  size_t start_ = 0;
};

}  // namespace muster::codec
