// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/day.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/random.h"

namespace muster::sim {
namespace {

// A distribution by its quantiles, linear between them.
struct Quantile {
  int64_t per_mille;
  int64_t value;
};
using Quantiles = std::vector<Quantile>;

// In units of a millionth of the distribution.
int64_t ValueAt(const Quantiles& table, int64_t millionths) {
  for (size_t i = 1; i < table.size(); ++i) {
    const int64_t low = table[i - 1].per_mille * 1000;
    const int64_t high = table[i].per_mille * 1000;
    if (millionths > high) continue;
    const int64_t rise = table[i].value - table[i - 1].value;
    return table[i - 1].value + rise * (millionths - low) / std::max<int64_t>(1, high - low);
  }
  return table.back().value;
}

int64_t DrawFrom(const Quantiles& table, Random* random) {
  return ValueAt(table, random->Between(0, 1'000'000));
}

const Quantiles& Seconds() {
  static const Quantiles kTable = {{0, 5},       {100, 15},    {250, 40},   {500, 120},
                                   {750, 400},   {900, 1200},  {950, 2400}, {990, 8000},
                                   {999, 20000}, {1000, 28800}};
  return kTable;
}

const Quantiles& Members() {
  static const Quantiles kTable = {{0, 1},    {700, 1},  {800, 3},   {900, 6},
                                   {950, 10}, {990, 32}, {999, 100}, {1000, 200}};
  return kTable;
}

const Quantiles& BurstSize() {
  static const Quantiles kTable = {{0, 1}, {600, 1}, {800, 3}, {950, 10}, {1000, 40}};
  return kTable;
}

// Jobs by the hour, of a thousand.
constexpr std::array<int64_t, 24> kHours = {22, 20, 18, 17, 17, 20, 26, 36, 52, 66, 74, 70,
                                            60, 64, 76, 74, 66, 54, 42, 34, 28, 24, 21, 19};

constexpr int64_t kAppsOfUser = 12;
constexpr int64_t kGiB = int64_t{1} << 30;

struct App {
  const codec::Tenant* tenant = nullptr;
  std::string user;
  std::string name;
  int64_t seconds = 0;  // its median
  RoleSpec role;
};

class Day {
 public:
  explicit Day(const codec::DayOfWork& day) : day_(day), random_(day.seed) {}

  std::vector<codec::Job> Make() {
    MakeApps();
    while (static_cast<int32_t>(jobs_.size()) < day_.jobs) Burst();
    std::stable_sort(jobs_.begin(), jobs_.end(),
                     [](const codec::Job& a, const codec::Job& b) { return a.at < b.at; });
    for (size_t i = 0; i < jobs_.size(); ++i) jobs_[i].name = absl::StrCat("j", i);
    return std::move(jobs_);
  }

 private:
  // The apps' run times are spread evenly over the distribution, so that one seed's day is not
  // twice as much work as another's.
  void MakeApps() {
    std::vector<int64_t> seconds;
    for (const codec::Tenant& tenant : day_.tenants) {
      for (int32_t user = 0; user < tenant.users; ++user) {
        for (int64_t app = 0; app < kAppsOfUser; ++app) {
          App& made = apps_.emplace_back();
          made.tenant = &tenant;
          made.user = absl::StrCat("u", user);
          made.name = absl::StrCat("u", user, "-app", app);
          const int64_t size = random_.Between(1, 10);
          const int64_t cpu = size <= 5 ? 1 : size <= 8 ? 2 : 4;
          made.role.requests.Set(kCpu, 1000 * cpu);
          made.role.requests.Set(kMemory, kGiB * cpu * random_.Between(2, 5));
        }
      }
    }
    const auto count = static_cast<int64_t>(apps_.size());
    for (int64_t i = 0; i < count; ++i) {
      seconds.push_back(ValueAt(Seconds(), (2 * i + 1) * 1'000'000 / (2 * count)));
    }
    for (size_t i = apps_.size(); i > 0; --i) {
      std::swap(seconds[i - 1],
                seconds[static_cast<size_t>(random_.Between(0, static_cast<int64_t>(i) - 1))]);
      apps_[i - 1].seconds = seconds[i - 1];
    }
    for (const codec::Tenant& tenant : day_.tenants) shares_ += tenant.share;
  }

  const codec::Tenant& SomeTenant() {
    int64_t at = random_.Between(1, shares_);
    for (const codec::Tenant& tenant : day_.tenants) {
      at -= tenant.share;
      if (at <= 0) return tenant;
    }
    return day_.tenants.back();
  }

  const App& SomeApp() {
    const codec::Tenant& tenant = SomeTenant();
    size_t first = 0;
    while (apps_[first].tenant != &tenant) ++first;
    const int64_t count = tenant.users * kAppsOfUser;
    return apps_[first + static_cast<size_t>(random_.Between(0, count - 1))];
  }

  absl::Duration SomeTime() {
    int64_t at = random_.Between(1, 1000);
    int64_t hour = 0;
    while (hour < 23 && at > kHours[static_cast<size_t>(hour)]) {
      at -= kHours[static_cast<size_t>(hour++)];
    }
    return absl::Hours(hour) + absl::Milliseconds(random_.Between(0, 3'599'999));
  }

  void Burst() {
    const App& app = SomeApp();
    absl::Duration at = SomeTime();
    const int64_t size = std::min<int64_t>(day_.jobs - static_cast<int64_t>(jobs_.size()),
                                           DrawFrom(BurstSize(), &random_));
    for (int64_t i = 0; i < size; ++i) {
      AddJob(app, at);
      at += absl::Milliseconds(random_.Between(100, 3000));
    }
  }

  void AddJob(const App& app, absl::Duration at) {
    codec::Job& job = jobs_.emplace_back();
    job.at = at;
    job.ns = app.tenant->ns;
    job.queue = app.tenant->queue;
    job.user = app.user;
    job.app = app.name;
    // From half to twice the app's median.
    const int64_t seconds = std::max<int64_t>(
        5, app.seconds * DrawFrom({{0, 50}, {500, 100}, {1000, 200}}, &random_) / 100);
    job.runtime = absl::Seconds(seconds);
    if (random_.Percent(60)) {
      const int64_t times = random_.Percent(10) ? 80 : random_.Between(100, 300);
      job.estimate = absl::Minutes((seconds * times / 100 + 59) / 60);
    }
    job.ttl = absl::Minutes(1);
    const auto members = static_cast<int32_t>(DrawFrom(Members(), &random_));
    job.kind = members == 1 ? codec::JobKind::kPod : codec::JobKind::kGang;
    job.minimum = members;
    job.shapes = {{members, app.role}};
  }

  const codec::DayOfWork& day_;
  Random random_;
  std::vector<App> apps_;
  int64_t shares_ = 0;
  std::vector<codec::Job> jobs_;
};

}  // namespace

std::vector<codec::Job> MakeDay(const codec::DayOfWork& day) { return Day(day).Make(); }

}  // namespace muster::sim
