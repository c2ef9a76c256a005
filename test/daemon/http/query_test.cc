// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/query.h"

#include <catch2/catch.hpp>

#include "scheduler/daemon/http/http_request.h"

namespace muster::daemon {
namespace {

TEST_CASE("a query is read field by field, decoded") {
  CHECK(ParseQuery("") == Query{});
  CHECK(ParseQuery("queue=etl&state=waiting&state=running") ==
        Query{{"queue", "etl"}, {"state", "waiting"}, {"state", "running"}});
  CHECK(ParseQuery("search=a+b%2Fc%26%3d&&flag") == Query{{"search", "a b/c&="}, {"flag", ""}});
  CHECK(ParseQuery("a=b=c") == Query{{"a", "b=c"}});
  CHECK(ParseQuery("name=caf%C3%A9+%F0%9F%90%98") ==
        Query{{"name", "caf\xC3\xA9 \xF0\x9F\x90\x98"}});
}

TEST_CASE("a query that is no text is refused") {
  for (const char* text :
       {"a=%", "a=%4", "a=%zz", "%=1", "a=%FF", "a=%C3", "a=%C0%80", "a=%ED%A0%80",
        "a=%F5%80%80%80", "a=%E0%80%80", "a=%F0%80%80%80", "a=%F4%90%80%80"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseQuery(text).has_value());
  }
}

TEST_CASE("a Host field is a name and a port") {
  CHECK(HostName("LocalHost:8082") == "localhost");
  CHECK(HostName("127.0.0.1") == "127.0.0.1");
  CHECK(HostName("[::1]:80") == "[::1]");
  for (const char* text : {"[::1", "[::1]x", "a:b", "localhost:80:90", "localhost:8o"}) {
    CAPTURE(text);
    CHECK(HostName(text).empty());
  }
}

}  // namespace
}  // namespace muster::daemon
