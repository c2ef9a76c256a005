// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/response_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/optional/optional.hpp>
#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;

constexpr int64_t kLongestRetryAfter = 600;  // s

absl::string_view View(Text text) { return {text.data(), text.size()}; }

}  // namespace

class ResponseReader::Parser : public http::basic_parser<false> {
 public:
  explicit Parser(Sink* sink) : sink_(sink) {
    eager(true);
    header_limit(static_cast<uint32_t>(kHeadBytes));
    body_limit(boost::none);  // the sink counts
  }

  bool interim() const { return code_ / 100 == 1; }

 private:
  void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int code, Text, int, error_code&) override { code_ = code; }
  void on_field_impl(http::field name, Text, Text value, error_code&) override {
    if (name == http::field::content_type) content_type_.assign(value.data(), value.size());
    // A date instead of seconds is taken as not said: clocks differ.
    int64_t seconds = 0;
    if (name == http::field::retry_after && absl::SimpleAtoi(View(value), &seconds)) {
      retry_after_ = absl::Seconds(std::clamp<int64_t>(seconds, 0, kLongestRetryAfter));
    }
  }
  void on_header_impl(error_code& error) override {
    if (code_ == 101) error = http::error::bad_status;  // we asked for no other protocol
    if (!interim()) sink_->OnHead(code_, content_type_, retry_after_);
  }
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(Text piece, error_code& error) override {
    if (!sink_->OnBody(View(piece))) error = http::error::end_of_stream;
    return piece.size();
  }
  void on_chunk_header_impl(uint64_t, Text, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, Text piece, error_code& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(error_code&) override {}

  Sink* const sink_;
  int code_ = 0;
  std::string content_type_;
  absl::Duration retry_after_ = absl::ZeroDuration();
};

ResponseReader::ResponseReader() = default;
ResponseReader::~ResponseReader() = default;

void ResponseReader::Begin(Sink* sink) {
  sink_ = sink;
  parser_ = std::make_unique<Parser>(sink);
  pending_.clear();
  surplus_ = false;
}

absl::Status ResponseReader::Take(absl::string_view bytes) {
  if (!pending_.empty()) {
    joined_.swap(pending_);
    joined_.append(bytes.data(), bytes.size());
    bytes = joined_;
  }
  while (!bytes.empty()) {
    if (done()) {
      surplus_ = true;
      return absl::OkStatus();
    }
    error_code error;
    const size_t used = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(used);
    if (error == http::error::need_more) break;
    if (error == http::error::end_of_stream) return absl::CancelledError("no more is wanted");
    if (error) return absl::UnavailableError(absl::StrCat("malformed answer: ", error.message()));
    if (parser_->is_done() && parser_->interim()) parser_ = std::make_unique<Parser>(sink_);
  }
  if (bytes.size() > kHeadBytes) return absl::UnavailableError("malformed answer: endless head");
  pending_.assign(bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::Status ResponseReader::End() {
  if (done()) return absl::OkStatus();
  error_code error = http::error::partial_message;
  if (parser_->got_some()) parser_->put_eof(error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(parser_->got_some() ? "the connection ended within the answer"
                                                    : "the connection ended without an answer");
}

bool ResponseReader::done() const { return parser_->is_done(); }

bool ResponseReader::reusable() const { return done() && parser_->keep_alive() && !surplus_; }

}  // namespace muster::kube
