// SPDX-License-Identifier: Apache-2.0
// The largest flow through a small network, and the cut that limits it. Capacities are 0 or more,
// and those of the source's edges sum to less than 2^62: no sum inside can overflow then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

class FlowNetwork {
 public:
  explicit FlowNetwork(size_t vertices) : vertices_(vertices) {}

  // The number of the edge.
  size_t AddEdge(size_t from, size_t to, int64_t capacity);

  // The flow's size. Once, after all edges.
  int64_t Solve(size_t source, size_t sink);

  // After Solve.
  int64_t flow(size_t edge) const { return edges_[edge].flow; }
  // The largest source side of a minimum cut: vertices from which nothing more reaches the sink.
  const std::vector<bool>& source_side() const { return source_side_; }

 private:
  struct Edge {
    size_t from;
    size_t to;
    int64_t capacity;
    int64_t flow = 0;
  };
  void Cut(size_t sink);

  size_t vertices_;
  std::vector<Edge> edges_;
  std::vector<bool> source_side_;
};

}  // namespace muster
