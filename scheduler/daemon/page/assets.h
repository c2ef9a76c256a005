// SPDX-License-Identifier: Apache-2.0
// The files of assets/, in the binary: what is served needs nothing on disk and nothing from
// outside. The definition is written at build time by embed.cmake.
#pragma once

#include <string>
#include <vector>

namespace muster::daemon {

struct Asset {
  std::string name;  // "app.js"
  std::string etag;  // of the content, quoted
  std::string body;
};

// By name.
const std::vector<Asset>& Assets();

}  // namespace muster::daemon
