// SPDX-License-Identifier: Apache-2.0
#include "queues/user_books.h"

#include <set>

#include "catch2/catch.hpp"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

UseLimit Limit(std::optional<int32_t> gangs, ResourceList max = {}) {
  return UseLimit{gangs, std::move(max)};
}

// team (default: 2 gangs each; x/ann: 4 cpu; group night: 6 cpu) with a (default: 3 cpu each) and
// b; open, where nobody is limited.
struct Shared {
  static QueueConfig Config() {
    QueueConfig config;
    config.groups = {{"night", {"x/*", "bob"}}, {"day", {"y/*"}}};
    QueueSpec team = Leaf("team");
    team.users.otherwise = Limit(2);
    team.users.named["x/ann"] = Limit({}, {{kCpu, 4000}});
    team.groups.named["night"] = Limit({}, {{kCpu, 6000}});
    team.queues = {Leaf("a"), Leaf("b")};
    team.queues[0].users.otherwise = Limit({}, {{kCpu, 3000}});
    config.queues = {team, Leaf("open")};
    return config;
  }
  Shared() : tree(Config(), &resources), books(Config()) {}

  void Use(const char* leaf, const char* user, int64_t cores, int64_t count = 1) {
    books.Charge(tree, tree.FindLeaf(leaf), user, resources.ToAmounts(Cpu(cores)), count);
  }
  void Begin(const char* leaf, const char* user, int32_t by = 1) {
    books.CountRunning(tree, tree.FindLeaf(leaf), user, by);
  }
  // "" where it fits, else who is limited where.
  std::string Excess(const char* leaf, const char* user, int64_t cores, int32_t gangs = 0) {
    const auto excess =
        books.Exceeds(tree, tree.FindLeaf(leaf), user, resources.ToAmounts(Cpu(cores)), gangs);
    if (!excess.has_value()) return "";
    return absl::StrCat(excess->who.group ? "group " : "user ", excess->who.name, " in ",
                        tree.at(excess->who.queue).path, ": ", excess->have, " of ", excess->limit,
                        excess->of_gangs ? " gangs" : "");
  }

  ResourceTable resources;
  Tree tree;
  UserBooks books;
};

TEST_CASE("a user's limit counts all below the queue that sets it") {
  Shared s;
  s.Use("team.a", "x/ann", 2);
  s.Use("team.b", "x/ann", 1);
  CHECK(s.Excess("team.b", "x/ann", 1) == "");
  CHECK(s.Excess("team.b", "x/ann", 2) == "user x/ann in team: 3000 of 4000");
  CHECK(s.Excess("team.a", "x/ann", 2) == "user x/ann in team.a: 2000 of 3000");
  CHECK(s.Excess("open", "x/ann", 99) == "");
  s.Use("team.b", "x/ann", 1, -1);
  CHECK(s.Excess("team.b", "x/ann", 2) == "");
}

TEST_CASE("each user that is not named has the default limit, the named ones theirs alone") {
  Shared s;
  s.Begin("team.a", "y/bea");
  CHECK(s.Excess("team.b", "y/bea", 0, 1) == "");
  s.Begin("team.b", "y/bea");
  CHECK(s.Excess("team.b", "y/bea", 0, 1) == "user y/bea in team: 2 of 2 gangs");
  CHECK(s.Excess("team.b", "y/bea", 50) == "");  // growth is no gang
  CHECK(s.Excess("team.b", "y/cid", 0, 1) == "");
  for (int i = 0; i < 9; ++i) s.Begin("team.b", "x/ann");
  CHECK(s.Excess("team.b", "x/ann", 0, 1) == "");
}

TEST_CASE("the users of a group share its limit") {
  Shared s;
  s.Use("team.b", "x/one", 3);
  s.Use("team.b", "bob", 2);
  s.Use("team.b", "y/bea", 40);  // of another group
  CHECK(s.Excess("team.b", "x/two", 1) == "");
  CHECK(s.Excess("team.b", "x/two", 2) == "group night in team: 5000 of 6000");
  CHECK(s.Excess("team.b", "y/bea", 40) == "");
}

TEST_CASE("more than a limit alone allows is told apart") {
  Shared s;
  const auto alone = [&s](const char* leaf, const char* user, int64_t cores) {
    return s.books
        .ExceedsEmpty(s.tree, s.tree.FindLeaf(leaf), user, s.resources.ToAmounts(Cpu(cores)))
        .has_value();
  };
  CHECK(alone("team.a", "y/bea", 4));
  CHECK_FALSE(alone("team.a", "y/bea", 3));
  CHECK(alone("team.b", "x/one", 7));
  CHECK_FALSE(alone("open", "x/one", 700));
}

TEST_CASE("what is given back leaves no book, and nobody limited has none") {
  Shared s;
  s.Use("open", "x/ann", 3);
  CHECK(s.books.books().empty());
  s.Use("team.a", "x/ann", 3);
  s.Begin("team.a", "x/ann");
  CHECK(s.books.books().size() == 3);  // in team.a, in team, and the group in team
  s.Begin("team.a", "x/ann", -1);
  s.Use("team.a", "x/ann", 3, -1);
  CHECK(s.books.books().empty());
}

// Adds up a list of charges, each time anew.
TEST_CASE("books are what the sum of all charges says") {
  struct Charged {
    std::string leaf, user;
    int64_t cores;
  };
  const std::vector<std::string> leaves = {"team.a", "team.b", "open"};
  const std::vector<std::string> users = {"x/ann", "x/one", "bob", "y/bea", "z/dan"};
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Shared s;
    std::vector<Charged> all;
    for (int i = 0; i < 40; ++i) {
      if (!all.empty() && dice.OneIn(3)) {
        const size_t at = static_cast<size_t>(dice.Between(0, static_cast<int>(all.size()) - 1));
        s.Use(all[at].leaf.c_str(), all[at].user.c_str(), all[at].cores, -1);
        s.Begin(all[at].leaf.c_str(), all[at].user.c_str(), -1);
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        all.push_back({dice.Of(leaves), dice.Of(users), dice.Between(1, 3)});
        s.Use(all.back().leaf.c_str(), all.back().user.c_str(), all.back().cores);
        s.Begin(all.back().leaf.c_str(), all.back().user.c_str());
      }
      const std::string user = dice.Of(users);
      int64_t in_team = 0, gangs = 0, night = 0;
      for (const Charged& charged : all) {
        if (charged.leaf == "open") continue;
        const bool of_night = charged.user[0] == 'x' || charged.user == "bob";
        in_team += charged.user == user ? charged.cores : 0;
        gangs += charged.user == user;
        night += of_night ? charged.cores : 0;
      }
      const bool fits = (user == "x/ann" ? in_team + 1 <= 4 : gangs + 1 <= 2) &&
                        (!(user[0] == 'x' || user == "bob") || night + 1 <= 6);
      CAPTURE(user, in_team, gangs, night);
      CHECK((s.Excess("team.b", user.c_str(), 1, 1) == "") == fits);
    }
  }
}

}  // namespace
}  // namespace muster::test
