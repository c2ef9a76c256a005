// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: a clock moved by hand, a reactor run on the test's own
// thread against a fake API server, and pods and nodes in one line.
#pragma once

#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "scheduler/kube/reactor.h"
#include "test/kube/fake_api_server.h"
#include "test/kube/hand_clock.h"

namespace muster::kube {

inline Credentials PlainCredentials(const FakeApiServer& server) {
  Credentials credentials;
  credentials.server = server.url();
  return credentials;
}

// Runs the reactor until the condition holds; false after ten seconds of real time.
inline bool RunUntil(Reactor& reactor, const std::function<bool()>& condition) {
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  while (!condition()) {
    if (absl::Now() > limit) return false;
    reactor.RunOnce(absl::Milliseconds(2));
  }
  return true;
}

// Lets what is under way settle, to see that something does not happen.
inline void RunQuietly(Reactor& reactor, int rounds = 15) {
  for (int i = 0; i < rounds; ++i) reactor.RunOnce(absl::Milliseconds(2));
}

inline k8s::Pod MakePod(const std::string& name, const std::string& cpu = "1") {
  k8s::Pod pod;
  pod.mutable_metadata()->set_name(name);
  pod.mutable_metadata()->set_namespace_("team");
  pod.mutable_metadata()->set_generation(1);
  pod.mutable_spec()->set_scheduler_name("muster");
  pod.mutable_status()->set_phase("Pending");
  k8s::Container* container = pod.mutable_spec()->add_containers();
  container->set_name("main");
  (*container->mutable_resources()->mutable_requests())["cpu"].set_string(cpu);
  return pod;
}

// Runs, is healthy, and has the labels work=WORK and pod=NAME.
inline k8s::Pod MakeRunningPod(const std::string& name, const std::string& work,
                               int64_t grace = 30) {
  k8s::Pod pod = MakePod(name);
  (*pod.mutable_metadata()->mutable_labels())["work"] = work;
  (*pod.mutable_metadata()->mutable_labels())["pod"] = name;
  pod.mutable_spec()->set_termination_grace_period_seconds(grace);
  pod.mutable_status()->set_phase("Running");
  k8s::PodCondition* ready = pod.mutable_status()->add_conditions();
  ready->set_type("Ready");
  ready->set_status("True");
  return pod;
}

// Over the pods of "team" with that label.
inline k8s::PodDisruptionBudget MakeBudget(const std::string& name, const std::string& label,
                                           const std::string& value, int allowed) {
  k8s::PodDisruptionBudget budget;
  budget.mutable_metadata()->set_name(name);
  budget.mutable_metadata()->set_namespace_("team");
  budget.mutable_metadata()->set_generation(1);
  (*budget.mutable_spec()->mutable_selector()->mutable_match_labels())[label] = value;
  budget.mutable_status()->set_observed_generation(1);
  budget.mutable_status()->set_disruptions_allowed(allowed);
  budget.mutable_status()->set_desired_healthy(1);
  budget.mutable_status()->set_current_healthy(1);
  return budget;
}

inline k8s::Node MakeNode(const std::string& name, const std::string& cpu = "4") {
  k8s::Node node;
  node.mutable_metadata()->set_name(name);
  (*node.mutable_status()->mutable_allocatable())["cpu"].set_string(cpu);
  (*node.mutable_status()->mutable_allocatable())["pods"].set_string("110");
  return node;
}

}  // namespace muster::kube
