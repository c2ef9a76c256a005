// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/max_flow.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <utility>

namespace muster {

namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using EdgeProperties = boost::property<
    boost::edge_capacity_t, int64_t,
    boost::property<boost::edge_residual_capacity_t, int64_t,
                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>;
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    EdgeProperties>;

}  // namespace

size_t FlowNetwork::AddEdge(size_t from, size_t to, int64_t capacity) {
  edges_.push_back(Edge{from, to, capacity});
  return edges_.size() - 1;
}

int64_t FlowNetwork::Solve(size_t source, size_t sink) {
  Graph graph(vertices_);
  auto capacity = get(boost::edge_capacity, graph);
  auto reverse = get(boost::edge_reverse, graph);
  std::vector<Traits::edge_descriptor> forth;
  for (const Edge& edge : edges_) {
    const auto there = add_edge(edge.from, edge.to, graph).first;
    const auto back = add_edge(edge.to, edge.from, graph).first;
    capacity[there] = edge.capacity;
    capacity[back] = 0;
    reverse[there] = back;
    reverse[back] = there;
    forth.push_back(there);
  }
  const int64_t size = boost::push_relabel_max_flow(graph, source, sink);
  const auto residual = get(boost::edge_residual_capacity, graph);
  for (size_t i = 0; i < edges_.size(); ++i) {
    edges_[i].flow = edges_[i].capacity - residual[forth[i]];
  }
  least_side_ = Reached(source, false);
  largest_side_ = Reached(sink, true);
  largest_side_.flip();
  return size;
}

std::vector<bool> FlowNetwork::Reached(size_t start, bool backwards) const {
  std::vector<std::vector<size_t>> next(vertices_);
  for (const Edge& edge : edges_) {
    const auto [from, to] =
        backwards ? std::pair(edge.to, edge.from) : std::pair(edge.from, edge.to);
    if (edge.flow < edge.capacity) next[from].push_back(to);
    if (edge.flow > 0) next[to].push_back(from);
  }
  std::vector<bool> reached(vertices_, false);
  reached[start] = true;
  std::vector<size_t> ways = {start};
  while (!ways.empty()) {
    const size_t at = ways.back();
    ways.pop_back();
    for (const size_t to : next[at]) {
      if (reached[to]) continue;
      reached[to] = true;
      ways.push_back(to);
    }
  }
  return reached;
}

}  // namespace muster
