// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/sight.h"

#include <catch2/catch.hpp>
#include <set>

namespace muster::daemon {
namespace {

TEST_CASE("names of other namespaces' gangs are veiled wherever they stand, and nothing else") {
  const Sight sight{std::set<std::string>{"team", "team-2"}};
  CHECK(Veiled("behind other/job-1.x, which needs", sight) ==
        "behind (a gang of another namespace), which needs");
  CHECK(Veiled("behind team/a when team-2/b and te/c end", sight) ==
        "behind team/a when team-2/b and (a gang of another namespace) end");
  CHECK(Veiled("other/x", sight) == "(a gang of another namespace)");
  CHECK(Veiled("needs 1 nvidia.com/gpu on topology.kubernetes.io/zone=a", sight) ==
        "needs 1 nvidia.com/gpu on topology.kubernetes.io/zone=a");
  CHECK(Veiled("a / b, /c d/ and 9", sight) == "a / b, /c d/ and 9");
  CHECK(Veiled("", sight).empty());
  CHECK(Veiled("behind other/job", Sight{}) == "behind other/job");
  CHECK(Veiled("behind other/job", Sight{std::set<std::string>{}}) ==
        "behind (a gang of another namespace)");
}

TEST_CASE("a message has no bytes that are no UTF-8") {
  CHECK(Veiled("caf\xc3\xa9", Sight{}) == "caf\xc3\xa9");
  CHECK(Veiled("bad \xff byte", Sight{}) == "bad ? byte");
}

TEST_CASE("a queue is within itself and what is above it, by whole segments") {
  CHECK(IsWithin("a.b", "a"));
  CHECK(IsWithin("a", "a"));
  CHECK(IsWithin("a", ""));
  CHECK(IsWithin("", ""));
  CHECK_FALSE(IsWithin("ab", "a"));
  CHECK_FALSE(IsWithin("a", "a.b"));
  CHECK_FALSE(IsWithin("", "a"));
}

}  // namespace
}  // namespace muster::daemon
