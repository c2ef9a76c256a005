// SPDX-License-Identifier: Apache-2.0
// Reads HTTP/1.1 responses out of the bytes of one connection, in whatever pieces they arrive. The
// grammar (status line, fields, lengths, chunks) is Boost.Beast's, which does no I/O itself.
//
// Interim answers (100 Continue) are skipped. A head or a chunk's head above kHeadBytes is an
// error, as is every malformed byte; after an error the connection is of no more use.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::kube {

class ResponseReader {
 public:
  static constexpr size_t kHeadBytes = size_t{64} << 10;

  class Sink {
   public:
    // The head is whole. Seconds of Retry-After, zero where the server did not say.
    virtual void OnHead(int code, absl::string_view content_type, absl::Duration retry_after) = 0;
    // A piece of the body; false: no more is wanted, and Take fails with Cancelled.
    virtual bool OnBody(absl::string_view piece) = 0;

   protected:
    ~Sink() = default;
  };

  ResponseReader();
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  // The next bytes belong to a new response, told to `sink`.
  void Begin(Sink* sink);
  absl::Status Take(absl::string_view bytes);
  // No more bytes come, in good order or not. OK: the response is whole with that.
  absl::Status End();

  bool done() const;
  // Of a response that is done: whether the connection may be used for the next one.
  bool reusable() const;

 private:
  class Parser;

  std::unique_ptr<Parser> parser_;
  Sink* sink_ = nullptr;
  std::string pending_;   // the beginning of a head that is not whole
  std::string joined_;    // scratch
  bool surplus_ = false;  // bytes came after the end
};

}  // namespace muster::kube
