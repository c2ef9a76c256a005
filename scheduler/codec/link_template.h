// SPDX-License-Identifier: Apache-2.0
// The key `history` of muster.yaml: where what a gang did can be read after it has ended.
//
//   history:
//     url: https://history.example.com/history/{app}/jobs/
//
// A template is an http or https address, at most 1024 characters, without credentials. After its
// host it may name, in braces, what is known of a gang: namespace, gang (its name), app (label
// spark-app-selector), appName, queue (its path) and user.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/codec/yaml_reader.h"

namespace muster::codec {

// What stands for the names in a template; empty: not known.
struct LinkValues {
  std::string ns;
  std::string gang;
  std::string app;
  std::string app_name;
  std::string queue;
  std::string user;
};

// Errors go to the field's own; empty where there is one.
std::string ReadHistory(const YamlField& field);

// A template that ReadHistory has taken, with every value percent-encoded but for letters, digits
// and -._~ (RFC 3986, unreserved). Empty where it names something that is not known.
std::string LinkTo(absl::string_view link_template, const LinkValues& values);

}  // namespace muster::codec
