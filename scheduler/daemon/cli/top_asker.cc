// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/top_asker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "scheduler/daemon/cli/questions.h"

namespace muster::daemon::cli {
namespace {

// What another daemon, or another token, may cure.
bool IsLost(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsUnauthenticated(status);
}

void Write(int event) {
  const uint64_t one = 1;
  if (write(event, &one, sizeof one) != sizeof one) return;  // only if it is full: it is not
}

}  // namespace

void LookAt(Client* client, const std::string& under, int gangs, TopScreen* screen) {
  v1::ListQueuesRequest queues_request;
  queues_request.set_under(under);
  v1::ListQueuesResponse queues;
  screen->status = client->Ask(&Client::Stub::ListQueues, queues_request, &queues);
  if (!screen->status.ok()) return;
  v1::ListGangsRequest request;
  request.set_queue(under);
  for (const char* state : {"waiting", "starting", "degraded", "evicted"}) {
    request.add_states(state);
  }
  absl::StatusOr<v1::ListGangsResponse> waiting = AllGangs(client, request, gangs);
  screen->status = waiting.status();
  if (!waiting.ok()) return;
  screen->queues = std::move(queues);
  screen->gangs = *std::move(waiting);
}

TopAsker::TopAsker(ClientFlags flags, std::unique_ptr<Client> client, std::string under)
    : flags_(std::move(flags)),
      under_(std::move(under)),
      ready_(eventfd(0, EFD_CLOEXEC)),
      given_up_(eventfd(0, EFD_CLOEXEC)),
      client_(std::move(client)),
      thread_([this] { Run(); }) {}

TopAsker::~TopAsker() {
  Write(given_up_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
    client_->Cancel();
  }
  changed_.notify_all();
  thread_.join();
  close(ready_);
  close(given_up_);
}

void TopAsker::Start(int gangs) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wanted_ = gangs;
    done_ = false;
  }
  changed_.notify_all();
}

TopScreen TopAsker::Take(bool* done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *done = done_;
  return shown_;
}

void TopAsker::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || wanted_ > 0; });
    if (ending_) return;
    const int gangs = std::exchange(wanted_, 0);
    lock.unlock();
    LookOrFind(gangs);
    lock.lock();
  }
}

void TopAsker::LookOrFind(int gangs) {
  LookAt(client_.get(), under_, gangs, &screen_);
  screen_.looking = IsLost(screen_.status);
  if (screen_.looking) {
    Show(false);
    if (Find()) {
      LookAt(client_.get(), under_, gangs, &screen_);
      screen_.looking = IsLost(screen_.status);
    }
  }
  Show(true);
}

bool TopAsker::Find() {
  absl::StatusOr<std::unique_ptr<Client>> found = Client::Connect(flags_, given_up_);
  if (!found.ok()) {
    screen_.status = found.status();
    return false;
  }
  if ((*found)->daemon() != client_->daemon()) screen_.found = (*found)->daemon();
  const std::lock_guard<std::mutex> lock(mutex_);
  client_ = *std::move(found);
  if (ending_) client_->Cancel();
  return true;
}

void TopAsker::Show(bool done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    shown_ = screen_;
    done_ = done;
  }
  Write(ready_);
}

}  // namespace muster::daemon::cli
