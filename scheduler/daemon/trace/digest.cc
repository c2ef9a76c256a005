// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/digest.h"

#include <type_traits>

#include "absl/strings/str_format.h"
#include "boost/pfr.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace muster::daemon {
namespace {

void AppendWord(uint64_t word, std::string* out) {
  out->append(reinterpret_cast<const char*>(&word), sizeof(word));
}

template <typename T>
void AppendAll(const T& value, std::string* out) {
  if constexpr (std::is_same_v<T, std::string>) {
    AppendWord(value.size(), out);
    out->append(value);
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    AppendWord(static_cast<uint64_t>(value), out);
  } else {
    boost::pfr::for_each_field(value, [out](const auto& field) { AppendAll(field, out); });
  }
}

}  // namespace

uint64_t Hash64(absl::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string ToString(const Digest& digest) {
  return absl::StrFormat("%016x%016x", digest.high, digest.low);
}

namespace {

constexpr size_t kKnown = 256;

Digest DigestOfBytes(absl::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

}  // namespace

const Digest& VerdictDigest::DigestOf(const SharedReason& reason) {
  known_.resize(kKnown);
  const auto address = reinterpret_cast<uintptr_t>(&*reason);
  Known& known = known_[(address / sizeof(Reason)) % kKnown];
  if (!known.reason.Is(reason) || known.digest == Digest{}) {
    std::string bytes;
    AppendAll(*reason, &bytes);
    known = {reason, DigestOfBytes(bytes)};
  }
  return known.digest;
}

Digest VerdictDigest::Of(const std::vector<Verdict>& verdicts) {
  bytes_.clear();
  for (const Verdict& verdict : verdicts) {
    AppendAll(verdict.gang, &bytes_);
    AppendAll(DigestOf(verdict.reason), &bytes_);
    AppendAll(verdict.position, &bytes_);
  }
  return DigestOfBytes(bytes_);
}

}  // namespace muster::daemon
