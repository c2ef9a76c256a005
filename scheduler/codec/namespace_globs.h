// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/codec/yaml_reader.h"

// The namespace patterns of a queue config: which are well formed, and which claim one namespace
// for two queues.
namespace muster::codec {

// A pattern, the path of the queue that claims it, and where it stands.
struct NamespaceClaim {
  std::string glob;
  std::string queue;
  YamlField field;
};

// Lower-case letters, digits, '-' and the wildcards * and ?, 1 to 63 long.
bool IsNamespaceGlob(absl::string_view glob);

// Whether some text matches both. * is any run of characters, ? any one.
bool GlobsMeet(absl::string_view a, absl::string_view b);

// Reports every pattern that meets an earlier one of another queue, naming both queues. Compares
// only patterns whose plain beginnings (or ends) agree, so that ten thousand queues cost little.
void ReportOverlaps(const std::vector<NamespaceClaim>& claims);

}  // namespace muster::codec
