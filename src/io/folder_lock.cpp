// SPDX-License-Identifier: MIT
#include "lsk3d/io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "printable.h"

namespace lsk3d {
namespace {

constexpr const char* kName = "/.lsk3d.lock";
constexpr int kTries = 100;  // the file may go, with its owner, each time between opening and locking

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "this host";
  return name.data();
}

/// What the owner wrote: "process 12 on host a (lsk3d train)".
std::string owner_of(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  // The owner writes it just after locking.
  if (size <= 0) return "another process";
  const std::string quoted = printable({text.data(), static_cast<std::size_t>(size)});
  return quoted.substr(1, quoted.size() - 2);
}

/// Of another user the file may be for reading alone, which is enough to lock it.
int open_lock_file(const std::string& path) {
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | kFlags, 0666);
  if (descriptor >= 0 || errno != EACCES) return descriptor;
  const int readable = ::open(path.c_str(), O_RDONLY | kFlags);
  if (readable < 0) errno = EACCES;
  return readable;
}

bool is_still_there(int descriptor, const std::string& path) {
  struct stat held {}, named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::string& folder, const std::string& work)
    : path_(folder + kName) {
  for (int i = 0; i < kTries; ++i) {
    descriptor_ = open_lock_file(path_);
    LSK3D_CHECK(descriptor_ >= 0, DataError, folder, ": cannot write in this folder: ",
                std::strerror(errno), "; check its rights or choose another folder");
    int failed = 0;
    while ((failed = ::flock(descriptor_, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) continue;
    if (failed == 0 && is_still_there(descriptor_, path_)) break;
    const int reason = failed == 0 ? 0 : errno;
    const std::string owner = owner_of(descriptor_);
    if (reason != 0 && reason != EWOULDBLOCK) ::unlink(path_.c_str());  // nobody can hold it
    ::close(std::exchange(descriptor_, -1));
    if (reason == 0) continue;
    LSK3D_CHECK(reason != EWOULDBLOCK, DataError, folder, ": in use by ", owner,
                "; wait for it or choose another folder");
    log_warning(str_cat(folder, ": this file system has no locks (", std::strerror(reason),
                        "); see to it that nothing else writes into this folder"));
    return;
  }
  LSK3D_CHECK(descriptor_ >= 0, DataError, folder,
              ": in use by other processes, one after the other; choose another folder");
  const std::string text =
      str_cat("process ", ::getpid(), " on host ", host_name(), " (", work, ")");
  // For people alone: where it cannot be written, the lock holds all the same.
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    log_debug(path_ + ": cannot write: " + std::strerror(errno));
}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  if (is_still_there(descriptor_, path_)) ::unlink(path_.c_str());  // locked: it is nobody else's
  ::close(descriptor_);
}

}  // namespace lsk3d
