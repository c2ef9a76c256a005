// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/identity.h"

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

// FNV-1a: the same in every process, which absl::Hash is not.
uint64_t Hash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

std::string Place() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  struct stat network {};
  stat("/proc/self/ns/net", &network);
  return absl::StrCat(absl::Hex(Hash(absl::StrCat(boot, "/", network.st_ino)), absl::kZeroPad16));
}

std::string RandomSuffix() {
  uint32_t bits = static_cast<uint32_t>(getpid());
  (void)!getrandom(&bits, sizeof(bits), 0);
  return absl::StrCat("_", absl::Hex(bits, absl::kZeroPad8));
}

// The socket that stands for the name, or -1 where another process has it.
int Claim(const std::string& name) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = absl::StrCat("muster/", absl::Hex(Hash(name), absl::kZeroPad16));
  std::memcpy(address.sun_path + 1, text.data(), text.size());  // the first byte stays 0: abstract
  const socklen_t size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

Identity::Identity(absl::string_view lease, absl::string_view server) {
  char host[256] = "muster";
  gethostname(host, sizeof(host) - 1);
  name_ = absl::StrCat(host, "_", Place());
  socket_ = Claim(absl::StrCat(server, "/", lease));
  if (socket_ < 0) name_ += RandomSuffix();
}

Identity::~Identity() {
  if (socket_ >= 0) close(socket_);
}

}  // namespace muster::kube
