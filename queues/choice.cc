// SPDX-License-Identifier: Apache-2.0
// Which leaf a pod goes to: by its label, its namespace and its service account. A label grants
// nothing: the namespace, and where given the service account, must be allowed to use the queue.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "queues/tree.h"

namespace muster {

namespace {

bool AnyMatches(const std::vector<std::string>& globs, absl::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [text](const std::string& glob) { return GlobMatches(glob, text); });
}

bool AdmitsAccount(const Queue& queue, absl::string_view account) {
  return queue.service_accounts.empty() || AnyMatches(queue.service_accounts, account);
}

}  // namespace

bool Queue::Admits(absl::string_view ns) const {
  return namespaces.empty() || AnyMatches(namespaces, ns);
}

bool GlobMatches(absl::string_view glob, absl::string_view text) {
  size_t g = 0;
  size_t t = 0;
  size_t star = absl::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (star != absl::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

QueueId Tree::FindLeaf(absl::string_view path) const {
  auto found = leaves_.find(path);
  return found == leaves_.end() ? QueueId{} : found->second;
}

// The template that the path names a leaf of, and that leaf's namespace.
std::pair<QueueId, absl::string_view> Tree::TemplateOf(absl::string_view path) const {
  const size_t dot = path.rfind('.');
  if (dot == path.npos) return {};
  auto found = inner_.find(path.substr(0, dot));
  if (found == inner_.end() || !at(found->second).per_namespace) return {};
  return {found->second, path.substr(dot + 1)};
}

QueueId Tree::LeafFor(QueueId of_template, absl::string_view ns) {
  const std::string path = absl::StrCat(at(of_template).path, ".", ns);
  const QueueId found = FindLeaf(path);
  if (found.valid()) return found;
  Queue leaf = templates_.at(of_template);
  leaf.path = path;
  leaf.namespaces = {std::string(ns)};
  return leaves_[path] = Append(std::move(leaf));
}

QueueId Tree::OwnerOf(absl::string_view ns) const {
  auto named = by_namespace_.find(ns);
  if (named != by_namespace_.end()) return named->second;
  for (size_t plain = 0; plain <= ns.size(); ++plain) {
    auto globs = by_glob_.find(ns.substr(0, plain));
    if (globs == by_glob_.end()) continue;
    for (const auto& [glob, id] : globs->second) {
      if (GlobMatches(glob, ns)) return id;
    }
  }
  return QueueId{};
}

LeafChoice Tree::ChooseNamed(const Applicant& who) {
  using Problem = LeafChoice::Problem;
  const auto no = [&who](Problem problem) {
    return LeafChoice{QueueId{}, problem, std::string(who.label)};
  };
  QueueId of_template;
  if (auto inner = inner_.find(who.label); inner != inner_.end()) {
    if (!at(inner->second).per_namespace) return no(Problem::kNotALeaf);
    of_template = inner->second;
  } else if (const QueueId leaf = FindLeaf(who.label); leaf.valid()) {
    if (!at(leaf).Admits(who.ns)) return no(Problem::kNamespace);
    return {leaf, Problem::kNone, ""};
  } else {
    const auto [found, ns] = TemplateOf(who.label);
    if (!found.valid() || !at(found).Admits(ns)) return no(Problem::kNoSuchQueue);
    if (ns != who.ns) return no(Problem::kNamespace);
    of_template = found;
  }
  if (!at(of_template).Admits(who.ns)) return no(Problem::kNamespace);
  return {LeafFor(of_template, who.ns), Problem::kNone, ""};
}

LeafChoice Tree::Choose(const Applicant& who) {
  using Problem = LeafChoice::Problem;
  LeafChoice choice;
  if (!who.label.empty()) {
    choice = ChooseNamed(who);
  } else if (const QueueId owner = OwnerOf(who.ns); owner.valid()) {
    choice.queue = at(owner).per_namespace ? LeafFor(owner, who.ns) : owner;
  } else {
    choice = ChooseNamed({"default", who.ns, who.account});
    if (choice.problem != Problem::kNone) {
      return {QueueId{}, Problem::kNoQueueForNamespace, std::string(who.ns)};
    }
  }
  if (choice.queue.valid() && !AdmitsAccount(at(choice.queue), who.account)) {
    return {QueueId{}, Problem::kServiceAccount, at(choice.queue).path};
  }
  return choice;
}

}  // namespace muster
