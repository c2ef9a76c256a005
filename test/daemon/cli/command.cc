// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/cli/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "test/daemon/cli/fake_daemon.h"

namespace muster::daemon::cli {
namespace {

std::vector<char*> Pointers(std::vector<std::string>* words) {
  std::vector<char*> pointers;
  for (std::string& word : *words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::map<std::string, std::string>& more) {
  // Sanitizers are told by variables, too. Without HOME kubectl, if there is one, finds no config.
  std::map<std::string, std::string> all = {{"PATH", "/nonexistent"}, {"TERM", "xterm"}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name); value != nullptr) all[name] = value;
  }
  for (const auto& [name, value] : more) all[name] = value;
  std::vector<std::string> words;
  for (const auto& [name, value] : all) {
    if (!value.empty()) words.push_back(absl::StrCat(name, "=", value));
  }
  return words;
}

void ReadBoth(int out, int err, Outcome* outcome) {
  pollfd files[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  std::string* texts[2] = {&outcome->out, &outcome->err};
  int open = 2;
  while (open > 0 && poll(files, 2, 60000) > 0) {
    for (int i = 0; i < 2; ++i) {
      if (files[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t count = read(files[i].fd, buffer, sizeof buffer);
      if (count > 0) {
        texts[i]->append(buffer, static_cast<size_t>(count));
      } else {
        files[i].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

Outcome RunMuster(const Run& run) {
  { const std::lock_guard<std::mutex> turn(Turn()); }
  int out[2];
  int err[2];
  REQUIRE(pipe2(out, O_CLOEXEC) == 0);
  REQUIRE(pipe2(err, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> words = run.arguments;
  words.insert(words.begin(), run.argv0);
  std::vector<std::string> environment = Environment(run.environment);
  pid_t pid = 0;
  REQUIRE(posix_spawn(&pid, MUSTER_BINARY, &actions, nullptr, Pointers(&words).data(),
                      Pointers(&environment).data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  Outcome outcome;
  ReadBoth(out[0], err[0], &outcome);
  close(out[0]);
  close(err[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  { const std::lock_guard<std::mutex> turn(Turn()); }
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome RunMuster(const std::string& server, const std::vector<std::string>& arguments) {
  return RunMuster({arguments, {{"MUSTER_SERVER", server}}});
}

Tools::Tools() {
  folder_ = (std::filesystem::temp_directory_path() / "muster-tools-XXXXXX").string();
  REQUIRE(mkdtemp(folder_.data()) != nullptr);
}

Tools::~Tools() { std::filesystem::remove_all(folder_); }

std::string Tools::Add(const std::string& name, const std::string& script) {
  const std::string path = absl::StrCat(folder_, "/", name);
  // One that is being run cannot be written: it is replaced.
  const std::string written = path + ".new";
  std::ofstream(written) << "#!/bin/sh\n" << script;
  chmod(written.c_str(), 0755);
  std::filesystem::rename(written, path);
  return path;
}

std::string Tools::Link(const std::string& name, const std::string& target) {
  const std::string path = absl::StrCat(folder_, "/", name);
  std::filesystem::create_symlink(target, path);
  return path;
}

std::string Tools::path() const { return absl::StrCat(folder_, ":/usr/bin:/bin"); }

void CheckGolden(const std::string& name, const std::string& text, int port) {
  const std::string file =
      absl::StrCat(MUSTER_SOURCE_DIR, "/test/daemon/cli/golden/", name, ".txt");
  const std::string seen =
      port == 0 ? text
                : absl::StrReplaceAll(text, {{absl::StrCat("127.0.0.1:", port), "127.0.0.1:PORT"}});
  const char* golden = std::getenv("MUSTER_GOLDEN");
  if (golden != nullptr && std::string(golden) == "write") std::ofstream(file) << seen;
  std::ifstream in(file, std::ios::binary);
  const std::string wanted((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  INFO(file);
  CHECK(seen == wanted);
}

}  // namespace muster::daemon::cli
