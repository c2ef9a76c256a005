// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/credentials.h"

#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"

namespace muster::kube {
namespace {

constexpr absl::Duration kReadEvery = absl::Minutes(1);

}  // namespace

TokenSource::TokenSource(const Credentials& credentials)
    : token_(credentials.token), file_(credentials.token_file) {}

const std::string& TokenSource::Current(absl::Duration now) {
  if (file_.empty() || now - read_at_ < kReadEvery) return token_;
  std::ifstream in(file_);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  absl::StripAsciiWhitespace(&text);
  // While kubelet swaps the file it may be missing for a moment: the last token is still good then.
  if (!text.empty()) {
    token_ = std::move(text);
    read_at_ = now;
  }
  return token_;
}

void TokenSource::Distrust() { read_at_ = -absl::InfiniteDuration(); }

}  // namespace muster::kube
