// SPDX-License-Identifier: Apache-2.0
// Waits for news on many sockets at once, with epoll, level-triggered.
//
// Invariant: a listener that is told of news may remove any socket, also its own; one that was
// removed is told nothing more, even of news that came in the same wait. One thread uses it, but
// for Wake.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace muster::kube {

class Sockets {
 public:
  class Listener {
   public:
    // What epoll says: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP.
    virtual void OnNews(uint32_t news) = 0;

   protected:
    ~Listener() = default;
  };

  Sockets();
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  // Whether the socket may be read is always of interest, whether it may be written where asked.
  void Add(int socket, Listener* listener, bool writes);
  void Want(int socket, bool writes);
  void Remove(int socket);

  // Waits up to `wait` for news or Wake, and tells the listeners.
  void Wait(absl::Duration wait);
  // Ends a Wait, or the next one; from any thread.
  void Wake();

 private:
  struct Watched {
    Listener* listener = nullptr;
    uint32_t generation = 0;  // numbers of closed sockets are given to new ones
  };

  int epoll_ = -1;
  int wake_ = -1;
  uint32_t generation_ = 0;
  absl::flat_hash_map<int, Watched> watched_;  // by socket
};

}  // namespace muster::kube
