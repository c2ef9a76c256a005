// SPDX-License-Identifier: Apache-2.0
// Answers that are good for a short while: bounded, and forgotten when their time is over.
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace muster::daemon {

template <typename Answer>
class ShortMemory {
 public:
  explicit ShortMemory(size_t capacity) : capacity_(capacity) {}

  std::optional<Answer> Find(const std::string& key, absl::Duration now) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = entries_.find(key);
    if (at == entries_.end() || at->second.until <= now) return std::nullopt;
    return at->second.answer;
  }

  void Keep(const std::string& key, Answer answer, absl::Duration until, absl::Duration now) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (entries_.size() >= capacity_) {
      std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
    }
    // Whoever fills it faster than it forgets pays with more reviews, not with our memory.
    if (entries_.size() >= capacity_) entries_.clear();
    entries_.insert_or_assign(key, Entry{std::move(answer), until});
  }

  size_t size() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    Answer answer;
    absl::Duration until;
  };

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // guarded by mutex_
};

}  // namespace muster::daemon
