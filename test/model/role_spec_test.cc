// SPDX-License-Identifier: Apache-2.0
// Role classes are found by their canonical key: equal for equal specs only.
#include "scheduler/model/role_spec.h"

#include <functional>

#include "catch2/catch.hpp"

namespace muster {
namespace {

RoleSpec Plain() {
  RoleSpec spec;
  spec.requests = ResourceList{{"cpu", 1000}, {"memory", 5}};
  spec.node_selector = {{"pool", "spark"}, {"zone", "a"}};
  spec.has_affinity = true;
  spec.affinity = {NodeSelectorTerm{{{"k", SelectorOp::kIn, {"a", "b"}}}, {}},
                   NodeSelectorTerm{{{"l", SelectorOp::kExists, {}}}, {}}};
  spec.tolerations = {{"t", true, "", true, TaintEffect::kNoSchedule},
                      {"u", false, "v", false, TaintEffect::kNoExecute}};
  spec.unsupported = {"spec.x", "spec.y"};
  return spec;
}

TEST_CASE("the order in which a spec was written does not matter") {
  const std::string key = CanonicalKey(Plain());
  RoleSpec other = Plain();
  std::swap(other.affinity[0], other.affinity[1]);
  std::swap(other.affinity[1].labels[0].values[0], other.affinity[1].labels[0].values[1]);
  std::swap(other.tolerations[0], other.tolerations[1]);
  std::swap(other.unsupported[0], other.unsupported[1]);
  CHECK(CanonicalKey(other) == key);
}

TEST_CASE("every field that filters read makes another class") {
  const std::vector<std::function<void(RoleSpec*)>> changes = {
      [](RoleSpec* s) { s->requests.Set("cpu", 1001); },
      [](RoleSpec* s) { s->requests.Set("gpu", 1); },
      [](RoleSpec* s) { s->node_selector[0].second = "other"; },
      [](RoleSpec* s) { s->node_selector.pop_back(); },
      [](RoleSpec* s) { s->has_affinity = false; },
      [](RoleSpec* s) { s->affinity.pop_back(); },
      [](RoleSpec* s) { s->affinity[0].labels[0].op = SelectorOp::kNotIn; },
      [](RoleSpec* s) { s->affinity[0].labels[0].values = {"ab"}; },
      [](RoleSpec* s) { std::swap(s->affinity[0].labels, s->affinity[0].fields); },
      [](RoleSpec* s) { s->affinity[0].labels.push_back(s->affinity[1].labels[0]); },
      [](RoleSpec* s) { s->tolerations[0].exists = false; },
      [](RoleSpec* s) { s->tolerations[0].any_effect = false; },
      [](RoleSpec* s) { s->tolerations[1].effect = TaintEffect::kNoSchedule; },
      [](RoleSpec* s) { s->tolerations[1].value = "w"; },
      [](RoleSpec* s) { s->unsupported.pop_back(); },
  };
  std::vector<std::string> keys = {CanonicalKey(Plain())};
  for (const auto& change : changes) {
    RoleSpec spec = Plain();
    change(&spec);
    keys.push_back(CanonicalKey(spec));
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    for (size_t j = i + 1; j < keys.size(); ++j) {
      CAPTURE(i, j);
      CHECK(keys[i] != keys[j]);
    }
  }
}

TEST_CASE("no value can imitate a separator") {
  RoleSpec one, two;
  one.node_selector = {{"a", "b"}, {"c", "d"}};
  two.node_selector = {{"a", "b1:c1:d"}};
  CHECK(CanonicalKey(one) != CanonicalKey(two));
  one.node_selector = {{"a", "1:b"}};
  two.node_selector = {{"a1:", "b"}};
  CHECK(CanonicalKey(one) != CanonicalKey(two));
}

TEST_CASE("labels are found by their whole key") {
  const Labels labels = {{"a", "1"}, {"ab", "2"}, {"b", "3"}};
  CHECK(*FindLabel(labels, "ab") == "2");
  CHECK(*FindLabel(labels, "b") == "3");
  CHECK(FindLabel(labels, "") == nullptr);
  CHECK(FindLabel(labels, "abc") == nullptr);
  CHECK(FindLabel(labels, "c") == nullptr);
}

}  // namespace
}  // namespace muster
