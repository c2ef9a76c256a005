// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/envelope.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/codec/wire.h"

namespace muster::codec {
namespace {

constexpr absl::string_view kMagic("k8s\0", 4);

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed protobuf in ", what));
}

}  // namespace

bool HasEnvelope(absl::string_view body) { return absl::StartsWith(body, kMagic); }

absl::StatusOr<Envelope> OpenEnvelope(absl::string_view body) {
  if (!HasEnvelope(body)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a Kubernetes protobuf body, got ", Quoted(body)));
  }
  Envelope envelope;
  WireReader outer(body.substr(kMagic.size()));
  while (outer.Next()) {
    if (outer.field() == 2) envelope.raw = outer.bytes();
    if (outer.field() != 1) continue;
    WireReader type(outer.bytes());
    while (type.Next()) {
      if (type.field() == 1) envelope.api_version = std::string(type.bytes());
      if (type.field() == 2) envelope.kind = std::string(type.bytes());
    }
    if (!type.ok()) return Malformed("runtime.TypeMeta");
  }
  if (!outer.ok()) return Malformed("runtime.Unknown");
  return envelope;
}

std::string SealEnvelope(absl::string_view api_version, absl::string_view kind,
                         absl::string_view raw) {
  std::string type;
  AppendField(1, api_version, &type);
  AppendField(2, kind, &type);
  std::string out;
  out.reserve(kMagic.size() + type.size() + raw.size() + 16);
  out.append(kMagic.data(), kMagic.size());
  AppendField(1, type, &out);
  AppendField(2, raw, &out);
  return out;
}

absl::StatusOr<ListBody> OpenList(absl::string_view raw) {
  ListBody list;
  WireReader reader(raw);
  while (reader.Next()) {
    if (reader.field() == 2) list.items.push_back(reader.bytes());
    if (reader.field() != 1) continue;
    WireReader meta(reader.bytes());
    while (meta.Next()) {
      if (meta.field() == 2) list.resource_version = std::string(meta.bytes());
      if (meta.field() == 3) list.continue_token = std::string(meta.bytes());
    }
    if (!meta.ok()) return Malformed("ListMeta");
  }
  if (!reader.ok()) return Malformed("a list");
  return list;
}

absl::StatusOr<WatchFrame> OpenWatchFrame(absl::string_view frame) {
  WatchFrame out;
  WireReader event(frame);
  while (event.Next()) {
    if (event.field() == 1) out.type = std::string(event.bytes());
    if (event.field() != 2) continue;
    WireReader object(event.bytes());
    while (object.Next()) {
      if (object.field() == 1) out.object = object.bytes();
    }
    if (!object.ok()) return Malformed("RawExtension");
  }
  if (!event.ok()) return Malformed("WatchEvent");
  return out;
}

void FrameSplitter::Append(absl::string_view bytes) {
  if (start_ > 0) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
}

absl::StatusOr<bool> FrameSplitter::Next(absl::string_view* frame) {
  const absl::string_view rest = absl::string_view(buffer_).substr(start_);
  if (rest.size() < 4) return false;
  size_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(rest[i]);
  if (size > kFrameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("watch frame of ", size, " bytes, at most ", kFrameBytes, " expected"));
  }
  if (rest.size() < 4 + size) return false;
  *frame = rest.substr(4, size);
  start_ += 4 + size;
  return true;
}

}  // namespace muster::codec
