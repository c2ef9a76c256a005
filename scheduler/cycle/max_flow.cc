// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/max_flow.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

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
  Cut(sink);
  return size;
}

// Backwards from the sink along what is not full.
void FlowNetwork::Cut(size_t sink) {
  struct Way {
    size_t from;
    bool open;
  };
  std::vector<std::vector<Way>> into(vertices_);
  for (const Edge& edge : edges_) {
    into[edge.to].push_back({edge.from, edge.flow < edge.capacity});
    into[edge.from].push_back({edge.to, edge.flow > 0});
  }
  source_side_.assign(vertices_, true);
  source_side_[sink] = false;
  std::vector<size_t> reached = {sink};
  while (!reached.empty()) {
    const size_t at = reached.back();
    reached.pop_back();
    for (const Way& way : into[at]) {
      if (!way.open || !source_side_[way.from]) continue;
      source_side_[way.from] = false;
      reached.push_back(way.from);
    }
  }
}

}  // namespace muster
