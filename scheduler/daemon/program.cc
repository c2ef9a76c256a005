// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/program.h"

namespace muster::daemon {
namespace {

struct Named {
  std::string shown = "muster";
  bool for_completion = false;
};

Named& Name() {
  static auto* const name = new Named;
  return *name;
}

}  // namespace

void NameProgram(absl::string_view argv0) {
  const size_t slash = argv0.rfind('/');
  if (slash != absl::string_view::npos) argv0.remove_prefix(slash + 1);
  Name().for_completion = argv0 == "kubectl_complete-muster";
  if (argv0 == "kubectl-muster" || Name().for_completion) Name().shown = "kubectl muster";
}

const std::string& Program() { return Name().shown; }

bool NamedForCompletion() { return Name().for_completion; }

}  // namespace muster::daemon
