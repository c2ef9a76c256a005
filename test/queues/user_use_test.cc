// SPDX-License-Identifier: Apache-2.0
// Users of leaves by number: the same for all of a user's gangs, from the first to the last.
#include "queues/user_use.h"

#include <string>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"

namespace muster::test {
namespace {

constexpr QueueId kEtl{1};
constexpr QueueId kAdhoc{4};

using Entries = std::vector<std::pair<QueueId, std::string>>;

Entries EntriesOf(const UserUse& users) {
  Entries entries;
  users.Each([&](QueueId leaf, const std::string& user, const Amounts&) {
    entries.emplace_back(leaf, user);
  });
  return entries;
}

TEST_CASE("gangs of one user in one leaf count together, and nowhere else") {
  UserUse users;
  const LeafUserId ann = users.Join(kAdhoc, "ns/ann");
  CHECK(users.Join(kAdhoc, "ns/ann") == ann);
  const LeafUserId bob = users.Join(kAdhoc, "ns/bob");
  const LeafUserId elsewhere = users.Join(kEtl, "ns/ann");
  CHECK(bob != ann);
  CHECK(elsewhere != ann);
  users.of(ann) = {3, 5};
  CHECK(users.of(kAdhoc, "ns/ann") == Amounts{3, 5});
  CHECK(users.of(kEtl, "ns/ann").empty());
  CHECK(EntriesOf(users) == Entries{{kEtl, "ns/ann"}, {kAdhoc, "ns/ann"}, {kAdhoc, "ns/bob"}});
}

TEST_CASE("a user is forgotten with the last gang that quits, and the number is used again") {
  UserUse users;
  const LeafUserId ann = users.Join(kEtl, "ns/ann");
  users.Join(kEtl, "ns/ann");
  users.of(ann) = {3};
  users.Quit(ann, kEtl, "ns/ann");
  CHECK(users.Find(kEtl, "ns/ann") == ann);
  CHECK(users.of(ann) == Amounts{3});
  users.of(ann) = {0};
  users.Quit(ann, kEtl, "ns/ann");
  CHECK_FALSE(users.Find(kEtl, "ns/ann").valid());
  CHECK(EntriesOf(users).empty());
  CHECK(users.Join(kAdhoc, "ns/bob") == ann);
  CHECK(IsNothing(users.of(ann)));
  CHECK(users.size() == 1);
}

TEST_CASE("in no leaf nobody has a number") {
  UserUse users;
  const LeafUserId nobody = users.Join(QueueId{}, "ns/ann");
  CHECK_FALSE(nobody.valid());
  users.Quit(nobody, QueueId{}, "ns/ann");
  CHECK_FALSE(users.Find(QueueId{}, "ns/ann").valid());
  CHECK(IsNothing(users.of(QueueId{}, "ns/ann")));
  CHECK(EntriesOf(users).empty());
}

}  // namespace
}  // namespace muster::test
