// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/changes.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

v1::Gang Gang(const std::string& name, const std::string& state = "waiting", int position = 1) {
  v1::Gang gang;
  gang.set_namespace_("ns");
  gang.set_name(name);
  gang.set_state(state);
  gang.set_position(position);
  return gang;
}

v1::Queue Queue(const std::string& path, int waiting) {
  v1::Queue queue;
  queue.set_path(path);
  queue.set_waiting_gangs(waiting);
  return queue;
}

std::vector<std::string> Names(const v1::ListGangsResponse& gangs) {
  std::vector<std::string> names;
  for (const v1::Gang& gang : gangs.gangs()) names.push_back(gang.name());
  return names;
}

using Strings = std::vector<std::string>;

TEST_CASE("what was asked for is known, what changed is told once") {
  Listing listing;
  listing.gangs = {Gang("a"), Gang("b")};
  *listing.queues.add_queues() = Queue("q", 2);
  *listing.queues.add_queues() = Queue("r", 0);
  Changes changes;
  changes.Begin(listing);
  CHECK(changes.Take(listing, 10).empty());
  listing.gangs[1].set_state("running");
  listing.gangs.push_back(Gang("c"));
  *listing.queues.mutable_queues(0) = Queue("q", 3);
  const Difference difference = changes.Take(listing, 10);
  CHECK(Names(difference.gangs) == Strings{"b", "c"});
  CHECK(difference.gangs.total() == 3);
  REQUIRE(difference.queues.queues_size() == 1);
  CHECK(difference.queues.queues(0).waiting_gangs() == 3);
  CHECK(changes.Take(listing, 10).empty());
}

TEST_CASE("what merely grows with time is no change") {
  Listing listing;
  listing.gangs = {Gang("a")};
  *listing.queues.add_queues() = Queue("q", 1);
  Changes changes;
  changes.Begin(listing);
  listing.gangs[0].mutable_wait()->set_seconds(7);
  listing.queues.mutable_queues(0)->mutable_oldest_wait()->set_seconds(7);
  CHECK(changes.Take(listing, 10).empty());
}

TEST_CASE("more than fits is told the next times, what counts first") {
  Listing listing;
  for (int i = 0; i < 10; ++i) listing.gangs.push_back(Gang(absl::StrCat("g", i)));
  Changes changes;
  changes.Begin(listing);
  for (v1::Gang& gang : listing.gangs) gang.set_position(7);
  listing.gangs[9].set_state("running");
  CHECK(Names(changes.Take(listing, 4).gangs) == Strings{"g9", "g0", "g1", "g2"});
  CHECK(Names(changes.Take(listing, 4).gangs) == Strings{"g3", "g4", "g5", "g6"});
  CHECK(Names(changes.Take(listing, 4).gangs) == Strings{"g7", "g8"});
  CHECK(changes.Take(listing, 4).empty());
}

TEST_CASE("a gang is gone when two listings in a row are without it") {
  Listing whole;
  whole.gangs = {Gang("a"), Gang("b"), Gang("c")};
  Listing without = whole;
  without.gangs.erase(without.gangs.begin());
  Changes changes;
  changes.Begin(whole);
  CHECK(changes.Take(without, 10).empty());
  CHECK(changes.Take(whole, 10).empty());
  CHECK(changes.Take(without, 10).empty());
  CHECK(Names(changes.Take(without, 10).gone) == Strings{"a"});
  CHECK(changes.Take(without, 10).empty());
  // One that comes back is new.
  CHECK(Names(changes.Take(whole, 10).gangs) == Strings{"a"});
}

TEST_CASE("a gang is gone at once when the listing came in one answer") {
  Listing listing;
  listing.gangs = {Gang("a"), Gang("b")};
  Changes changes;
  changes.Begin(listing);
  listing.gangs.pop_back();
  listing.at_once = true;
  CHECK(Names(changes.Take(listing, 10).gone) == Strings{"b"});
}

TEST_CASE("a queue that left is told by its path") {
  Listing listing;
  *listing.queues.add_queues() = Queue("q", 1);
  Changes changes;
  changes.Begin(listing);
  const Difference difference = changes.Take(Listing(), 10);
  REQUIRE(difference.gone.gangs_size() == 1);
  CHECK(difference.gone.gangs(0).queue() == "q");
  CHECK(changes.Take(Listing(), 10).empty());
}

}  // namespace
}  // namespace muster::daemon
