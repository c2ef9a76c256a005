// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/envelope.h"

#include <catch2/catch.hpp>

#include "k8s/meta.pb.h"
#include "scheduler/codec/json_text.h"

namespace muster::codec {
namespace {

std::string Framed(const std::string& bytes) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(bytes.size() >> shift));
  return out + bytes;
}

TEST_CASE("what is sealed is opened: version, kind and bytes") {
  const std::string body = SealEnvelope("v1", "Pod", std::string("raw\0bytes", 9));
  CHECK(body.substr(0, 4) == std::string("k8s\0", 4));
  const absl::StatusOr<Envelope> opened = OpenEnvelope(body);
  REQUIRE(opened.ok());
  CHECK(opened->api_version == "v1");
  CHECK(opened->kind == "Pod");
  CHECK(opened->raw == absl::string_view("raw\0bytes", 9));
}

TEST_CASE("bodies that are not protobuf, or are cut, are errors") {
  CHECK(std::string(OpenEnvelope("{\"kind\":\"Pod\"}").status().message()) ==
        "expected a Kubernetes protobuf body, got \"{\\\"kind\\\":\\\"Pod\\\"}\"");
  const std::string body = SealEnvelope("v1", "Pod", "0123456789");
  for (size_t size = 0; size < body.size(); ++size) {
    const absl::StatusOr<Envelope> opened = OpenEnvelope(absl::string_view(body).substr(0, size));
    CHECK((!opened.ok() || opened->raw.empty() || opened->raw == "0123456789"));
  }
}

TEST_CASE("a list gives its version, its token and its items as views") {
  k8s::ListMeta meta;
  meta.set_resource_version("42");
  meta.set_continue_token("next");
  k8s::RawExtension head;
  head.set_raw(meta.SerializeAsString());
  k8s::Unknown first, second;
  first.set_raw("one");
  second.set_raw("");
  const std::string raw =
      head.SerializeAsString() + first.SerializeAsString() + second.SerializeAsString();
  const absl::StatusOr<ListBody> list = OpenList(raw);
  REQUIRE(list.ok());
  CHECK(list->resource_version == "42");
  CHECK(list->continue_token == "next");
  CHECK(list->items == std::vector<absl::string_view>{"one", ""});
  CHECK_FALSE(OpenList("\x12\x7f").ok());
}

TEST_CASE("frames come out whole however the stream is cut") {
  std::string stream;
  for (int i = 0; i < 5; ++i) {
    k8s::WatchEvent event;
    event.set_type("ADDED");
    event.mutable_object()->set_raw(std::string(static_cast<size_t>(i * 100), 'x'));
    stream += Framed(event.SerializeAsString());
  }
  stream += Framed("");
  for (size_t piece : {size_t{1}, size_t{3}, size_t{7}, size_t{1000}, stream.size()}) {
    FrameSplitter splitter;
    std::vector<size_t> sizes;
    for (size_t at = 0; at < stream.size(); at += piece) {
      splitter.Append(absl::string_view(stream).substr(at, piece));
      absl::string_view frame;
      while (true) {
        const absl::StatusOr<bool> more = splitter.Next(&frame);
        REQUIRE(more.ok());
        if (!*more) break;
        const absl::StatusOr<WatchFrame> event = OpenWatchFrame(frame);
        REQUIRE(event.ok());
        sizes.push_back(event->object.size());
      }
    }
    CHECK(sizes == std::vector<size_t>{0, 100, 200, 300, 400, 0});
  }
}

TEST_CASE("a frame that claims to be huge ends the stream instead of the memory") {
  FrameSplitter splitter;
  splitter.Append("\xff\xff\xff\xff");
  absl::string_view frame;
  CHECK(std::string(splitter.Next(&frame).status().message()) ==
        "watch frame of 4294967295 bytes, at most 33554432 expected");
}

TEST_CASE("JSON text is quoted, escaped and always UTF-8") {
  CHECK(JsonText("a \"b\" \\ \n\x01") == "\"a \\\"b\\\" \\\\ \\n\\u0001\"");
  CHECK(JsonText("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
  const std::string bad = "\"\xef\xbf\xbd\"";
  CHECK(JsonText("\xff") == bad);
  CHECK(JsonText("\xc3") == bad);
  CHECK(JsonText("\xc0") == bad);
  CHECK(JsonText("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
}

}  // namespace
}  // namespace muster::codec
