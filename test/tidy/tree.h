// SPDX-License-Identifier: Apache-2.0
// The source tree as the tidy tests see it: the files that git tracks (without git: those under the
// source folders), read whole. Paths are relative to the repository's root.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster::tidy {

struct SourceFile {
  std::string path;
  std::string text;
  std::vector<std::string> lines;

  // "scheduler/model" of scheduler/model/pod.h, "queues" of queues/tree.h: the layer it belongs to.
  std::string layer() const;
  std::string name() const;  // without folders
  bool header() const;
  bool cpp() const;   // header or source
  bool test() const;  // below test/
};

const std::vector<SourceFile>& Tree();

// Characters, not bytes, of UTF-8 text.
size_t Columns(absl::string_view line);

// Paths that the file includes with quotes.
std::vector<std::string> Includes(const SourceFile& file);

}  // namespace muster::tidy
