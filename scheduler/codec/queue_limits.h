// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/queue_spec.h"

// Amounts and limits of a queue config, and the names that limits are of:
//
//   users: {default: {maxRunning: 5}, team-a/spark: {max: {cpu: 40}}}
//   groups: {night: {maxRunning: 2, max: {cpu: 100}}}
//
// A user is the "namespace/name" of a service account or, where the config has a userLabel, that
// label's value. Groups are those of the config's own key `groups`.
namespace muster::codec {

// name -> globs over users.
using Groups = std::map<std::string, std::vector<std::string>>;

inline constexpr int64_t kMostGangs = 1'000'000;

// {cpu: 4, memory: 16Gi}; zeroes are kept.
ResourceList ReadQueueAmounts(const YamlField& field);

// `labeled`: users may be values of a label, too.
UseLimits ReadUserLimits(const YamlField& field, bool labeled);
UseLimits ReadGroupLimits(const YamlField& field, const Groups& groups);

// The config's key `groups`.
Groups ReadGroups(const YamlField& field);

// Globs over "namespace/name".
std::vector<std::string> ReadServiceAccounts(const YamlField& field);

// Letters, digits, - and _, beginning and ending with a letter or digit.
bool IsPlainName(absl::string_view name);

}  // namespace muster::codec
