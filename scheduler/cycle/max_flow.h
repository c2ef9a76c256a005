// SPDX-License-Identifier: Apache-2.0
// The largest flow through a small network, and the cut that limits it. Capacities are 0 or more,
// and those of the source's edges sum to less than 2^62: no sum inside can overflow then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

// More edges take longer than an answer is worth: some tens of milliseconds.
inline constexpr size_t kMostFlowEdges = 200'000;

class FlowNetwork {
 public:
  explicit FlowNetwork(size_t vertices) : vertices_(vertices) {}

  // The number of the edge.
  size_t AddEdge(size_t from, size_t to, int64_t capacity);

  // The flow's size. Once, after all edges.
  int64_t Solve(size_t source, size_t sink);

  // After Solve.
  int64_t flow(size_t edge) const { return edges_[edge].flow; }
  // The source sides of the minimum cuts, least and largest: vertices that more can still reach,
  // and those from which nothing more reaches the sink.
  const std::vector<bool>& least_side() const { return least_side_; }
  const std::vector<bool>& largest_side() const { return largest_side_; }

 private:
  struct Edge {
    size_t from;
    size_t to;
    int64_t capacity;
    int64_t flow = 0;
  };
  // What is reached along edges that are not full: from `start`, or (backwards) to it.
  std::vector<bool> Reached(size_t start, bool backwards) const;

  size_t vertices_;
  std::vector<Edge> edges_;
  std::vector<bool> least_side_;
  std::vector<bool> largest_side_;
};

}  // namespace muster
