// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/check_config.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/config_preview.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon {
namespace {

constexpr char kTable[] = "table";

int CountQueues(const std::vector<QueueSpec>& queues) {
  int count = 0;
  for (const QueueSpec& queue : queues) count += 1 + CountQueues(queue.queues);
  return count;
}

int ShowChanges(const std::string& file, const QueueConfig& config, const std::string& dump,
                const std::string& output) {
  const absl::StatusOr<std::string> text = ReadFile(dump);
  if (!text.ok()) return UsageError(text.status().message());
  const absl::StatusOr<codec::Scenario> state = codec::ParseScenario(dump, *text);
  if (!state.ok()) {
    std::fprintf(stderr, "%s\n", std::string(state.status().message()).c_str());
    return kUsageError;
  }
  const v1::ConfigPreview preview = PreviewOf(*state, file, config);
  return cli::Answer(preview, output, [&] { return absl::StrCat("\n", PreviewText(preview)); });
}

}  // namespace

int CheckConfig(const Arguments& arguments) {
  std::string against;
  std::string output = kTable;
  FlagSet flags("check", "FILE",
                "Validates a queue config (muster.yaml) and prints every error with its line.");
  flags.Text("against", &against, "DUMP",
             "show what it would change at once, of a state of 'muster dump'");
  flags.Choice("output", &output, {kTable, "json", "yaml"}, "how, with --against");
  flags.Short('o', "output");
  Arguments positional;
  if (const absl::optional<int> exit_code = ReadArguments(flags, arguments, &positional)) {
    return *exit_code;
  }
  if (output != kTable && against.empty()) {
    return UsageError("--output: expected --against with it");
  }
  const absl::StatusOr<std::string> text = ReadFile(positional[0]);
  if (!text.ok()) return UsageError(text.status().message());
  const absl::StatusOr<QueueConfig> config = codec::ParseQueueConfig(positional[0], *text);
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", std::string(config.status().message()).c_str());
    return 1;
  }
  if (output == kTable) {
    const int count = CountQueues(config->queues);
    std::printf("ok: %d %s\n", count, count == 1 ? "queue" : "queues");
  }
  return against.empty() ? 0 : ShowChanges(positional[0], *config, against, output);
}

}  // namespace muster::daemon
